# shellcheck shell=bash
# What the batch scripts for Slurm share: sourced by them, not run. What happens at a request and at an end is in scripts/job.sh.
#
# Slurm sends USR1 to the batch shell two minutes before the time limit (--signal=B:USR1@120; where the cluster is set up for it, also before a preemption).

# In an array, SLURM_JOB_ID of one task is the number of the whole array: requeuing that would throw back its neighbours.
job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID:-}}
job=${job:-${SLURM_JOB_ID:-}}
started="start ${SLURM_RESTART_COUNT:-0} of job ${job:-none} on ${SLURM_JOB_NODELIST:-this machine}"

requeue_job() { scontrol requeue "$job"; }
end_job() { scancel "$job"; }
is_cancelled() { [[ $(scontrol show job "$job") == *JobState=CANCELLED* ]]; }

# Requeued or cancelled, the script stays until Slurm ends it: under preemption a job that ends by itself counts as failed and stays out
# of the queue, and RequeueExit=75 in slurm.conf would requeue a run that a person has stopped.
stay() {
    trap - TERM
    sleep 600
}

: "${home:?}"
# shellcheck source=scripts/job.sh
. "$home/scripts/job.sh"
