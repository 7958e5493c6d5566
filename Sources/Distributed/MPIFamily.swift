import CMPI

/// The libraries of MPI that share files, launchers and settings, and all that the program knows of each: what else depends on the library is here and,
/// for scripts, in scripts/mpi.sh.
package enum MPIFamily: String, CaseIterable, Sendable {
    /// Open MPI 4 and 5.
    case openMPI = "openmpi"
    /// MPICH and the libraries with its binary interface: Intel MPI, Cray MPICH, MVAPICH.
    case mpich
    /// Any library with the binary interface of the MPI standard 5.0.
    case standard = "abi"

    init?(_ interface: ebm_mpi_interface) {
        switch interface {
        case EBM_MPI_OPEN_MPI: self = .openMPI
        case EBM_MPI_MPICH: self = .mpich
        case EBM_MPI_STANDARD: self = .standard
        default: return nil
        }
    }

    /// For messages.
    var name: String {
        switch self {
        case .openMPI: "Open MPI"
        case .mpich: "MPICH, Intel MPI or Cray MPICH"
        case .standard: "a library of the MPI 5 interface"
        }
    }

    /// The files of its libraries, the likeliest first.
    var files: [String] {
        switch self {
        case .openMPI: ["libmpi.so.40"]
        // Debian has a name of its own, Cray one for each compiler.
        case .mpich:
            ["libmpi.so.12", "libmpich.so.12", "libmpi_gnu.so.12", "libmpi_gnu_123.so.12", "libmpi_gnu_91.so.12", "libmpi_cray.so.12"]
        case .standard: ["libmpi_abi.so.1", "libmpi_abi.so.0"]
        }
    }

    /// What its launchers tell each process, in the order in which they are believed.
    struct Variables {
        /// How many processes there are.
        let size: [String]
        /// Which one of them this is.
        let rank: [String]
        /// Which one of those on this machine.
        let localRank: [String]
    }

    var variables: Variables {
        switch self {
        case .openMPI:
            Variables(
                size: ["OMPI_COMM_WORLD_SIZE"], rank: ["OMPI_COMM_WORLD_RANK", "PMIX_RANK"], localRank: ["OMPI_COMM_WORLD_LOCAL_RANK"])
        case .mpich:
            // PALS: Cray's launcher, also behind `srun --mpi=cray_shasta`.
            Variables(
                size: ["PMI_SIZE", "MV2_COMM_WORLD_SIZE", "MPI_LOCALNRANKS"],
                rank: ["PMI_RANK", "MV2_COMM_WORLD_RANK", "PALS_RANKID", "MPI_LOCALRANKID"],
                localRank: ["MPI_LOCALRANKID", "MV2_COMM_WORLD_LOCAL_RANK", "PALS_LOCAL_RANKID"])
        case .standard: Variables(size: [], rank: [], localRank: [])
        }
    }

    /// How waiting ranks give up their core: the control variable of MPI's tool interface that is not 0 where they do, and the setting by which they do.
    ///
    /// Nil where nothing makes them: MPICH 4 has a variable for it (MPIR_CVAR_POLLS_BEFORE_YIELD) that changes nothing, 3 ranks on two cores make 50 small
    /// sums in two seconds whatever it says.
    var yield: (variable: String, setting: String)? {
        self == .openMPI ? ("mpi_yield_when_idle", "OMPI_MCA_mpi_yield_when_idle=1") : nil
    }
}
