#!/bin/bash
# flux: --job-name=ebm-dist
# flux: --nodes=2
# flux: --nslots=32
# flux: --time-limit=8h
# flux: --signal=USR1@120s
# flux: --output=flux-{{id}}.log
# Trains a configuration, over as many jobs as it takes.
#   flux batch flux/train.flux configs/digits.json5 runs/digits [KEY=VALUE ...]
# OUT/config.json5 as the configuration continues a run. Flux sends USR1 two minutes before the time limit. It has no requeue: the script submits the next
# job, which waits for the end of this one. The launcher is mpirun unless EBM_DIST_LAUNCHER names another.
# First of all: the shell would die of a request that comes before the rest is read.
trap asked=1 USR1
set -euo pipefail
if (($# < 2)); then
    echo "usage: flux batch flux/train.flux CONFIG OUT [KEY=VALUE ...]" >&2
    exit 64
fi
home=${EBM_DIST_HOME:-$PWD}
if [[ ! -r $home/scripts/job.sh ]]; then
    echo "expected scripts/job.sh in $home; submit from the project's folder, or set EBM_DIST_HOME to it" >&2
    exit 66
fi
job=${FLUX_ENCLOSING_ID:-}
started="start of job ${job:-none}"
again=("$@")

# The instance around this job's own.
requeue_job() { flux --parent batch --dependency="afterany:$job" "$home/flux/train.flux" "${again[@]}"; }
# Nothing comes again by itself.
end_job() { true; }
is_cancelled() { flux --parent job eventlog "$job" | grep -q 'exception type="cancel"'; }
stay() { exit 75; }

# shellcheck source=scripts/job.sh
. "$home/scripts/job.sh"
config=$1
out=$2
shift 2
train_in "$out" "$config" "$@"
