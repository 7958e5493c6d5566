# shellcheck shell=bash
# What the batch scripts share: sourced by them, not run. `train_in OUT ARGUMENT ...` trains in the run folder OUT.
#
# Slurm sends USR1 to the batch shell two minutes before the time limit (--signal=B:USR1@120; where the cluster is set up for it, also
# before a preemption). The shell passes it on to mpirun, mpirun to all ranks; they save and end with code 75, and the job is requeued.
# A run that saves for another reason (a file STOP in the run folder, run.maxHours) ends the job for good. A lost machine requeues the
# job when this start has saved something.

program=${EBM_DIST:-$PWD/.build/release/ebm-dist}
launcher=""
asked=0
# In an array, SLURM_JOB_ID of one task is the number of the whole array: requeuing that would throw back its neighbours.
job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID:-}}
job=${job:-${SLURM_JOB_ID:-}}

# A machine that vanishes is noticed by mpirun only with these.
export OMPI_MCA_oob_tcp_keepalive_time=2 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=3

pass_on() {
    interrupted=1
    asked=1
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

checkpoints_in() { ls "$1/checkpoints" 2>/dev/null || true; }

train_in() {
    local out=$1 code=0 saved
    shift
    if [[ ! -x $program ]]; then
        echo "expected the program at $program; submit from the project's folder, or set EBM_DIST" >&2
        exit 66
    fi
    echo "start ${SLURM_RESTART_COUNT:-0} of job ${job:-none} on ${SLURM_JOB_NODELIST:-this machine}: $(date)"
    saved=$(checkpoints_in "$out")
    mpirun --bind-to none "$program" train "$@" --out "$out" &
    launcher=$!
    wait_for_launcher || code=$?
    echo "mpirun ended with $code: $(date)"
    if [[ -z $job ]]; then exit "$code"; fi
    # Requeued or cancelled, the script stays until Slurm ends it: under preemption a job that ends by itself counts as failed and stays out
    # of the queue, and RequeueExit=75 in slurm.conf would requeue a run that a person has stopped.
    if ((code == 75 && asked)); then
        if scontrol requeue "$job"; then sleep 600; fi
    elif ((code == 75)); then
        echo "stopped by a person or by run.maxHours: no requeue"
        if scancel "$job"; then sleep 600; fi
    elif ((code == 205)) && [[ $(checkpoints_in "$out") != "$saved" ]]; then
        # mpirun knows of a lost machine long before Slurm does, so Slurm would take this for a failure of the job.
        echo "a machine was lost: back to the queue"
        if scontrol requeue "$job"; then sleep 600; fi
    fi
    exit "$code"
}
