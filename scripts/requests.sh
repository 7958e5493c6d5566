# shellcheck shell=bash
# How a script runs a launcher (mpirun, or another) so that requests to stop reach its ranks: sourced, like scripts/mpi.sh, by scripts/launch and the
# batch scripts, not run.
#
# A launcher passes some signals to all ranks, and the ranks save and end with code 75. TERM, INT and HUP are a bad way to ask: Open MPI's mpirun then
# ends the ranks itself, by TERM after `odls_base_sigkill_timeout` seconds (default 1) and KILL after twice that, and others do alike. The request is
# `request_signal`, and is repeated until the launcher ends: one that comes before the ranks are there is lost.

mpirun_pid=""
asking=0
asking_pid=""

# Starts a command line of the launcher in the background: start_mpirun [setsid] LAUNCHER ARGUMENT ...
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
        # shellcheck disable=SC2154  # of scripts/mpi.sh
        while kill "-$request_signal" "$mpirun_pid"; do
            sleep "$pause" &
            nap=$!
            wait "$nap"
            pause=$((pause < 30 ? 2 * pause : 60))
        done
    ) </dev/null >/dev/null 2>&1 &
    asking_pid=$!
}

# Waits for the launcher and returns its exit code. Every trap of the script sets `interrupted`: a signal ends `wait` early, with a status of its own.
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
