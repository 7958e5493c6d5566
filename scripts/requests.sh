# shellcheck shell=bash
# How a script runs mpirun so that requests to stop reach its ranks: sourced by scripts/launch and slurm/job.sh, not run.
#
# mpirun passes some signals to all ranks, and the ranks save and end with code 75. TERM, INT and HUP are a bad way to ask: mpirun then ends the
# ranks itself, by TERM after `odls_base_sigkill_timeout` seconds (default 1) and KILL after twice that. USR1 kills mpirun, or a rank, that
# has no handler for it yet. So the request is URG, which does no harm where nobody waits for it, and is repeated until mpirun ends: one
# that comes before the ranks are there is lost.

export OMPI_MCA_ess_base_forward_signals="${OMPI_MCA_ess_base_forward_signals:+$OMPI_MCA_ess_base_forward_signals,}SIGURG"
mpirun_pid=""
asking=0
asking_pid=""

# Starts a command line of mpirun in the background: start_mpirun [setsid] mpirun ARGUMENT ...
start_mpirun() {
    "$@" <&0 &
    mpirun_pid=$!
    if ((asking)); then ask_to_stop; fi
}

# Asks all ranks to save and stop, as often as it takes. May be called at any time, and more than once.
ask_to_stop() {
    asking=1
    if [[ -z $mpirun_pid || -n $asking_pid ]]; then return; fi
    (
        trap '' INT HUP USR1
        nap=""
        trap 'kill $nap; exit' TERM
        pause=1
        while kill -URG "$mpirun_pid"; do
            sleep "$pause" &
            nap=$!
            wait "$nap"
            pause=$((pause < 30 ? 2 * pause : 60))
        done
    ) </dev/null >/dev/null 2>&1 &
    asking_pid=$!
}

# Waits for mpirun and returns its exit code. Every trap of the script sets `interrupted`: a signal ends `wait` early, with a status of its own.
# A second `wait` for a process that is gone says 127.
wait_for_mpirun() {
    local code=127 status
    while true; do
        interrupted=0
        status=0
        wait "$mpirun_pid" || status=$?
        if ((status != 127)); then code=$status; fi
        if ((!interrupted)); then break; fi
    done
    if [[ -n $asking_pid ]]; then kill "$asking_pid" 2>/dev/null || true; fi
    return "$code"
}
