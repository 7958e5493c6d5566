#include "CBuild.h"

const char *ebm_build_commit(void) { return EBM_DIST_COMMIT; }
