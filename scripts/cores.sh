# shellcheck shell=bash
# How many cores the control groups of this process leave to it: sourced by scripts/launch, not run.
#
# The program reads the same files in the same way (Sources/Distributed/ControlGroup.swift), and a test holds the two together: the least limit on the way
# from the own group to the root counts, in the one tree of version 2 or the tree of version 1 that has the controller cpu; parts of a core are a core.

# limited_cores COUNT [ROOT]: prints COUNT, or fewer cores, at least one. ROOT stands in front of every path.
limited_cores() {
    awk -v count="$1" -v prefix="${2-}" '
        function words(text, into) { gsub(/^\/+|\/+$/, "", text); return text == "" ? 0 : split(text, into, /\/+/) }
        function plain(text) {
            gsub(/\\040/, " ", text); gsub(/\\011/, "\t", text); gsub(/\\012/, "\n", text); gsub(/\\134/, "\\", text)
            return text
        }
        function content(path,    line, all) {
            while ((getline line < (prefix path)) > 0) all = all " " line
            close(prefix path)
            return all
        }
        function limit(folder,    text, parts) {
            text = content(folder "/cpu.max")
            if (text == "") text = content(folder "/cpu.cfs_quota_us") content(folder "/cpu.cfs_period_us")
            if (split(text, parts, " ") != 2 || parts[1] !~ /^[0-9]+$/ || parts[2] !~ /^[0-9]+$/) return
            if (parts[1] > 0 && parts[2] > 0 && (least == 0 || parts[1] / parts[2] < least)) least = parts[1] / parts[2]
        }
        function visit(path, top, folder,    own, outer, n, m, i) {
            limit(folder)
            n = words(path, own); m = words(top, outer)
            if (n < m) return
            for (i = 1; i <= m; i++) if (own[i] != outer[i]) return
            for (i = m + 1; i <= n; i++) if (own[i] == "..") return
            for (i = m + 1; i <= n; i++) limit(folder = folder "/" own[i])
        }
        BEGIN {
            mounts = prefix "/proc/self/mountinfo"
            while ((getline line < mounts) > 0) {
                n = split(line, field, " ")
                for (dash = 1; dash <= n && field[dash] != "-"; dash++) continue
                if (dash < 6 || n < dash + 3 || field[dash + 1] !~ /^cgroup2?$/) continue
                tree++
                unified[tree] = field[dash + 1] == "cgroup2"
                controllers[tree] = "," field[dash + 3] ","
                top[tree] = plain(field[4]); mount[tree] = plain(field[5])
            }
            groups = prefix "/proc/self/cgroup"
            while ((getline line < groups) > 0) {
                if (line !~ /^[^:]*:[^:]*:/) continue
                sub(/^[^:]*:/, "", line)
                names = substr(line, 1, index(line, ":") - 1); path = substr(line, index(line, ":") + 1)
                for (t = 1; t <= tree; t++) {
                    holds = unified[t] ? names == "" : index("," names ",", ",cpu,") > 0
                    n = split(names, name, ",")
                    for (i = 1; i <= n && !unified[t]; i++) if (index(controllers[t], "," name[i] ",") == 0) holds = 0
                    if (holds) visit(path, top[t], mount[t])
                }
            }
            whole = int(least) + (least > int(least))
            print (least > 0 && whole < count ? whole : count)
        }'
}
