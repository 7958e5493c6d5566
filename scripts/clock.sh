# shellcheck shell=bash
# Asks the batch shell to save some minutes before its time limit, where the scheduler does not: sourced by batch scripts, not run.

# seconds_of TEXT: prints the seconds of a time such as 08:00:00, 30:00, 3600 or 2-00:00:00.
seconds_of() {
    awk -v text="$1" 'BEGIN {
        days = 0
        if (split(text, halves, "-") == 2) { days = halves[1]; text = halves[2] }
        n = split(text, part, ":")
        for (i = 1; i <= n; i++) seconds = 60 * seconds + part[i]
        print 86400 * days + seconds
    }'
}

# start_clock LIMIT MARGIN: sends USR1 to this shell MARGIN seconds before LIMIT seconds after its start have passed; not at all without a limit.
start_clock() {
    (($1 > 0)) || return 0
    local pause=$(($1 - $2 - SECONDS))
    (
        nap=""
        trap 'kill $nap; exit' TERM
        sleep $((pause > 0 ? pause : 0)) &
        nap=$!
        wait "$nap"
        kill -USR1 $$
    ) </dev/null >/dev/null 2>&1 &
    clock=$!
    trap 'kill "$clock" 2>/dev/null || true' EXIT
}
