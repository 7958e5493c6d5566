# shellcheck shell=bash
# shellcheck disable=SC2034  # others read what is set here
# What depends on the MPI library: launchers, their settings, how they pass a request to stop on, what their exit codes mean. Sourced by scripts/launch,
# scripts/requests.sh and the batch scripts, not run. What the program itself knows of libraries is in Sources/Distributed/MPIFamily.swift.

# The launcher is EBM_DIST_LAUNCHER, a command line such as "srun --mpi=pmix" or "/opt/mpich/bin/mpirun"; else mpirun.
read -r -a launcher <<<"${EBM_DIST_LAUNCHER:-mpirun}"

# Prints whose the launcher is: openmpi, mpich (MPICH, Intel MPI, Cray's), or slurm.
family_of_launcher() {
    case ${launcher[0]##*/} in
    srun) echo slurm ;;
    aprun) echo mpich ;;
    *)
        case $("${launcher[0]}" --version 2>&1 </dev/null) in
        *HYDRA* | *Hydra* | *hydra* | *"Intel(R) MPI"* | *PALS*) echo mpich ;;
        *) echo openmpi ;;
        esac
        ;;
    esac
}
family=$(family_of_launcher)

# What the launcher passes to all ranks, however often it comes. Open MPI is told to pass URG on, which does no harm to a process without a handler;
# Hydra and srun pass USR1 on, of which a rank dies in the first hundredth of a second, when it has nothing to save.
request_signal=USR1
if [[ $family = openmpi ]]; then
    request_signal=URG
    export OMPI_MCA_ess_base_forward_signals="${OMPI_MCA_ess_base_forward_signals:+$OMPI_MCA_ess_base_forward_signals,}SIGURG"
fi

# Whether an exit code says that the ranks ended because they were asked, or the launcher or a rank was killed (HUP, INT, KILL, USR1, TERM), or a machine
# went. Open MPI and srun say 128 plus the number of the signal, Hydra the number; 205 is Open MPI's for a machine.
is_end_of_request() {
    case $family in
    # The codes of several ranks are joined bit by bit: 75 and 15 are 79.
    mpich) [[ $1 =~ ^(75|79|9|10|15|129|130|137|138|143)$ ]] ;;
    *) [[ $1 =~ ^(75|129|130|137|138|143|205)$ ]] ;;
    esac
}

# Ends all ranks of a launcher at once. Open MPI passes USR2 on, of which ranks die; the others take a second INT for this.
end_at_once() {
    if [[ $family = openmpi ]]; then kill -USR2 "$1"; else kill -INT "$1" && kill -INT "$1"; fi
}

# Whether an exit code says that a machine was lost.
is_lost_machine() { [[ $family = openmpi && $1 = 205 ]]; }

# Options of the launcher for a job whose ranks a scheduler has placed: no rank is tied to a core, for `run.threads` counts what it may use.
unbound=(--bind-to none)
# Survivors of a rank that crashed would wait for ever under srun.
if [[ $family = slurm ]]; then unbound=(--cpu-bind=none --kill-on-bad-exit=1); fi

# Settings of a job under a scheduler.
set_for_job() {
    [[ $family = openmpi ]] || return 0
    # A machine that vanishes is noticed by mpirun only with these.
    export OMPI_MCA_oob_tcp_keepalive_time=2 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=3
    # Whoever cancels a job sends TERM to mpirun and ranks alike, and mpirun a second one to the ranks, which ends them at once, this many seconds
    # later. It also waits twice as long after any end with another code than 0.
    export OMPI_MCA_odls_base_sigkill_timeout="${OMPI_MCA_odls_base_sigkill_timeout-10}"
}

# Settings of ranks that share cores, for Open MPI. MPICH's ranks are tied to no core, and hold the one that they have while they wait.
set_for_shared_cores() {
    # Without yield_when_idle waiting ranks hold the cores that the others need: measured 600 times slower with 8 ranks on 2 cores.
    export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_hwloc_base_binding_policy=none
}

# Settings of ranks on this machine alone.
set_for_one_machine() {
    # Shared memory only, so that no rank listens on a network port, and a faster start.
    export OMPI_MCA_pml="${OMPI_MCA_pml-ob1}" OMPI_MCA_btl="${OMPI_MCA_btl-self,vader}"
    # Containers mostly forbid process_vm_readv; Open MPI then works, with a warning for every message.
    if [[ -e /.dockerenv || -e /run/.containerenv ]]; then
        export OMPI_MCA_btl_vader_single_copy_mechanism="${OMPI_MCA_btl_vader_single_copy_mechanism-none}"
    fi
    if [[ $(id -u) = 0 ]]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
}
