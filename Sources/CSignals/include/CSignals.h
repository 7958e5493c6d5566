#pragma once

// Requests to stop, recorded from the first instant of the process: a function in .preinit_array installs the handlers before any shared
// library initialises (OpenBLAS starts threads there, Open MPI's launcher may already forward signals). A program that links this target
// has them without a call.
//
// SIGUSR1, SIGURG, SIGTERM, SIGINT and SIGHUP are counted and nothing else; a second SIGTERM or SIGINT ends the process at once with 128 +
// its number. SIGURG is what scripts/requests.sh asks with: unlike the others it harms no process that has no handler yet. A SIGHUP that was
// ignored at the start (nohup) stays ignored. SIGPIPE is ignored. A mask that hides these signals is lifted.

/// How many requests to stop have come. May be asked from any thread.
int ebm_stop_requests(void);

/// Gives the signals back their meaning, for a command that has nothing to save: from now on they end the process, and one that was
/// recorded ends it now. What was ignored at the start is ignored again, but for SIGUSR1 and SIGURG, which end it as SIGUSR1 does.
void ebm_release_stop_signals(void);
