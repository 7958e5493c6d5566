#pragma once

/// The commit that the program was built from, with `+changes` when the files differed from it; empty where the build was not told
/// (`make build` tells it, by EBM_DIST_COMMIT).
const char *ebm_build_commit(void);
