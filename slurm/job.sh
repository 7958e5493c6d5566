# shellcheck shell=bash
# What the batch scripts share: sourced by them, not run. `train_in OUT ARGUMENT ...` trains in the run folder OUT.
#
# Slurm sends USR1 to the batch shell two minutes before the time limit (--signal=B:USR1@120; where the cluster is set up for it, also
# before a preemption). The shell asks mpirun, mpirun all ranks; they save and end with code 75, and the job is requeued: also when the
# ranks or mpirun died of the request or of the kill that followed, as long as the run is whole.
# A file STOP in the run folder ends the job for good, whoever asked besides; run.maxHours does where Slurm has not asked. A lost machine requeues the
# job when this start has saved something. A run that fails fails the job.

# shellcheck source=scripts/requests.sh
. scripts/requests.sh
program=${EBM_DIST:-$PWD/.build/release/ebm-dist}
# 1 when USR1 has come: the batch scripts note it from their first line on.
asked=${asked:-0}
terminated=0
# In an array, SLURM_JOB_ID of one task is the number of the whole array: requeuing that would throw back its neighbours.
job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID:-}}
job=${job:-${SLURM_JOB_ID:-}}

# A machine that vanishes is noticed by mpirun only with these.
export OMPI_MCA_oob_tcp_keepalive_time=2 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=3
# `scancel` sends TERM to mpirun and ranks alike, and mpirun a second one to the ranks, which ends them at once, this many seconds later. It
# also waits twice as long after any end with another code than 0.
export OMPI_MCA_odls_base_sigkill_timeout="${OMPI_MCA_odls_base_sigkill_timeout-10}"

requested() {
    interrupted=1
    asked=1
    echo "asking for a checkpoint: $(date)"
    ask_to_stop
}
cancelled() {
    interrupted=1
    terminated=1
    echo "Slurm ends this job, saving: $(date)"
    ask_to_stop
}
trap requested USR1
trap cancelled TERM

checkpoints_in() { ls "$1/checkpoints" 2>/dev/null || true; }

# Whether a run that was ended from outside can be continued: its checkpoints are whole, or there is none.
is_intact() {
    local step
    for step in "$1"/checkpoints/step-*; do
        if [[ ${step##*/} =~ ^step-[0-9]+$ && ! -e $step/manifest.json ]]; then
            echo "$step has no manifest.json: no requeue"
            return 1
        fi
    done
}

# Whether mpirun ended because it was asked: all ranks saved (75), or it or a rank died of HUP, INT, KILL, USR1 or TERM, or a machine went (205).
# Ends that say something else, such as a crash or a full disk, would only come again.
is_end_of_request() { [[ $1 =~ ^(75|129|130|137|138|143|205)$ ]]; }

# Requeued or cancelled, the script stays until Slurm ends it: under preemption a job that ends by itself counts as failed and stays out
# of the queue, and RequeueExit=75 in slurm.conf would requeue a run that a person has stopped.
stay() {
    trap - TERM
    sleep 600
}

requeue() {
    # Whoever cancelled the job meanwhile wants it gone.
    if ((terminated)) && [[ $(scontrol show job "$job") == *JobState=CANCELLED* ]]; then stay; fi
    echo "$1: back to the queue"
    if scontrol requeue "$job"; then stay; fi
}

train_in() {
    local out=$1 code=0 saved
    shift
    if [[ ! -x $program ]]; then
        echo "expected the program at $program; submit from the project's folder, or set EBM_DIST" >&2
        exit 66
    fi
    echo "start ${SLURM_RESTART_COUNT:-0} of job ${job:-none} on ${SLURM_JOB_NODELIST:-this machine}: $(date)"
    saved=$(checkpoints_in "$out")
    # Asked already, it still makes its first step: with a time limit below that of --signal every start is asked at once.
    if ((asked)); then ask_to_stop; fi
    start_mpirun mpirun --bind-to none "$program" train "$@" --out "$out"
    wait_for_mpirun || code=$?
    echo "mpirun ended with $code: $(date)"
    if [[ -z $job ]]; then exit "$code"; fi
    # Training leaves the request of a person where it stands in a job, whatever else asked meanwhile.
    if ((code == 75)) && [[ -e $out/STOP || -L $out/STOP ]]; then
        echo "stopped by a person: no requeue"
        if scancel "$job"; then stay; fi
    elif ((asked)) && is_end_of_request "$code" && is_intact "$out"; then
        requeue "stopped as asked"
    elif ((terminated)); then
        stay
    elif ((code == 75)); then
        echo "stopped by a person or by run.maxHours: no requeue"
        if scancel "$job"; then stay; fi
    elif ((code == 205)) && [[ $(checkpoints_in "$out") != "$saved" ]]; then
        # mpirun knows of a lost machine long before Slurm does, so Slurm would take this for a failure of the job.
        requeue "a machine was lost"
    fi
    exit "$code"
}
