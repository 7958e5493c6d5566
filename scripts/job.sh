# shellcheck shell=bash
# What the batch scripts of all schedulers share: sourced by slurm/job.sh and its like, not run. `train_in OUT ARGUMENT ...` trains in the run folder OUT.
#
# The scheduler, or a clock of the script, sends USR1 to the batch shell some minutes before the time limit. The shell asks the launcher, the launcher all
# ranks; they save and end with code 75, and the job goes back to the queue: also when the ranks or the launcher died of the request or of the kill that
# followed, as long as the run is whole. A file STOP in the run folder ends the job for good, whoever asked besides; run.maxHours does where the scheduler
# has not asked. A lost machine sends the job back when this start has saved something. A run that fails fails the job.
#
# Before this is sourced are set: `home`, the folder with scripts/; `job`, the job's number, empty outside of a job; `started`, a line about this start. And
# as functions, by the commands of the scheduler: `requeue_job`, which sends the job back to the queue (and may not return); `end_job`, after which it does
# not come again; `is_cancelled`, whether a person has cancelled it.

: "${home:?}" "${started:?}"
# EBM_DIST_PROLOGUE: commands for this shell, such as "module load mpich".
if [[ -n ${EBM_DIST_PROLOGUE:-} ]]; then eval "$EBM_DIST_PROLOGUE"; fi
# shellcheck source=scripts/mpi.sh
. "$home/scripts/mpi.sh"
# shellcheck source=scripts/requests.sh
. "$home/scripts/requests.sh"
set_for_job
# EBM_DIST: another program than the built, or the installed, one.
program=${EBM_DIST:-$home/.build/release/ebm-dist}
if [[ -z ${EBM_DIST:-} && ! -x $program && -x $home/../../bin/ebm-dist ]]; then program=$(readlink -f "$home/../../bin/ebm-dist"); fi
# 1 when USR1 has come: the batch scripts note it from their first line on.
asked=${asked:-0}
terminated=0

requested() {
    interrupted=1
    asked=1
    echo "asking for a checkpoint: $(date)"
    ask_to_stop
}
cancelled() {
    interrupted=1
    terminated=1
    echo "the scheduler ends this job, saving: $(date)"
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

requeue() {
    # Whoever cancelled the job meanwhile wants it gone.
    if ((terminated)) && is_cancelled; then stay; fi
    echo "$1: back to the queue"
    if requeue_job; then stay; fi
}

train_in() {
    local out=$1 code=0 saved
    shift
    if [[ ! -x $program ]]; then
        echo "expected the program at $program; submit from the project's folder, or set EBM_DIST" >&2
        exit 66
    fi
    echo "$started: $(date)"
    saved=$(checkpoints_in "$out")
    # Asked already, it still makes its first step: with a time limit below that of the request every start is asked at once.
    if ((asked)); then ask_to_stop; fi
    start_mpirun "${launcher[@]}" "${unbound[@]}" "$program" train "$@" --out "$out"
    wait_for_mpirun || code=$?
    echo "${launcher[0]} ended with $code: $(date)"
    if [[ -z $job ]]; then exit "$code"; fi
    # Training leaves the request of a person where it stands in a job, whatever else asked meanwhile.
    if ((code == 75)) && [[ -e $out/STOP || -L $out/STOP ]]; then
        echo "stopped by a person: no requeue"
        if end_job; then stay; fi
    # Ends that say something else than the request, such as a crash or a full disk, would only come again.
    elif ((asked)) && is_end_of_request "$code" && is_intact "$out"; then
        requeue "stopped as asked"
    elif ((terminated)); then
        stay
    elif ((code == 75)); then
        echo "stopped by a person or by run.maxHours: no requeue"
        if end_job; then stay; fi
    elif is_lost_machine "$code" && [[ $(checkpoints_in "$out") != "$saved" ]]; then
        # mpirun knows of a lost machine long before the scheduler does, which would take this for a failure of the job.
        requeue "a machine was lost"
    fi
    exit "$code"
}
