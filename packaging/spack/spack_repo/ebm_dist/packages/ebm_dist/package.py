"""A recipe of Spack (1.0 or newer), which installs the archive of `make dist`: Spack has no Swift. In the folder with the archive:

    spack repo add PROJECT/packaging/spack/spack_repo/ebm_dist
    spack install --no-checksum ebm-dist ^openmpi
"""

import os

from spack.package import *
from spack_repo.builtin.build_systems.generic import Package


class EbmDist(Package):
    """Trains energy-based models on CPU clusters: one program over any MPI library."""

    license("Apache-2.0")
    # The archive is made by whoever installs, and lies in the current folder or on a mirror.
    manual_download = True
    version("0.3.0")

    requires("platform=linux")
    requires("target=x86_64:")
    # The program opens the library of the launcher that is first in PATH, so any may be swapped in.
    depends_on("mpi", type="run")
    depends_on("openblas", type="run")

    def url_for_version(self, version):
        return f"file://{os.getcwd()}/ebm-dist-{version}-linux-x86_64.tar.gz"

    def install(self, spec, prefix):
        install_tree(".", prefix, symlinks=True)

    def setup_run_environment(self, env):
        for library in ("openblas", "mpi"):
            env.prepend_path("LD_LIBRARY_PATH", self.spec[library].libs.directories[0])
        env.set("EBM_DIST_HOME", self.prefix.share.join("ebm-dist"))
