# shellcheck shell=bash
# What the batch scripts share: sourced by them, not run. `train_in OUT ARGUMENT ...` trains in the run folder OUT.
#
# Slurm sends USR1 to the batch shell two minutes before the time limit (--signal=B:USR1@120; where the cluster is set up for it, also
# before a preemption). The shell passes it on to mpirun, mpirun to all ranks; they save and end with code 75, and the job is requeued.

program=${EBM_DIST:-$PWD/.build/release/ebm-dist}
launcher=""

# A machine that vanishes is noticed by mpirun only with these.
export OMPI_MCA_oob_tcp_keepalive_time=2 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=3

pass_on() {
    interrupted=1
    echo "asking for a checkpoint: $(date)"
    if [[ -n $launcher ]]; then kill -USR1 "$launcher" 2>/dev/null || true; fi
}
trap pass_on USR1

# The status of mpirun. A signal ends `wait` early, so it waits again; a second `wait` for a process that is gone says 127.
wait_for_launcher() {
    local code=127 status
    while true; do
        interrupted=0
        status=0
        wait "$launcher" || status=$?
        if ((status != 127)); then code=$status; fi
        if ((!interrupted)); then return "$code"; fi
    done
}

train_in() {
    local out=$1 code=0
    shift
    if [[ ! -x $program ]]; then
        echo "expected the program at $program; submit from the project's folder, or set EBM_DIST" >&2
        exit 66
    fi
    echo "start ${SLURM_RESTART_COUNT:-0} of job ${SLURM_JOB_ID:-none} on ${SLURM_JOB_NODELIST:-this machine}: $(date)"
    mpirun --bind-to none "$program" train "$@" --out "$out" &
    launcher=$!
    wait_for_launcher || code=$?
    echo "mpirun ended with $code: $(date)"
    # 75: saved, wants to continue. A file STOP in the run folder is a person's wish to end.
    if ((code == 75)) && [[ ! -e $out/STOP ]]; then
        # Under preemption a job that ends by itself counts as failed and stays out of the queue: wait for Slurm to end it.
        if scontrol requeue "$SLURM_JOB_ID"; then sleep 600; fi
    fi
    exit "$code"
}
