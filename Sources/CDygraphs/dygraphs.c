#include "dygraphs.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// All files of the library, or none.
#if defined(__has_embed)
#if __has_embed("/usr/share/javascript/dygraphs/dygraph.min.js") && __has_embed("/usr/share/javascript/dygraphs/dygraph.min.css") \
    && __has_embed("/usr/share/javascript/dygraphs/extras/synchronizer.js") && __has_embed("/usr/share/doc/libjs-dygraphs/copyright")
#define EBM_HAS_DYGRAPHS 1
#endif
#endif

#ifdef EBM_HAS_DYGRAPHS
static const unsigned char script[] = {
#embed "/usr/share/javascript/dygraphs/dygraph.min.js"
};
static const unsigned char synchronizer[] = {
#embed "/usr/share/javascript/dygraphs/extras/synchronizer.js"
};
static const unsigned char style[] = {
#embed "/usr/share/javascript/dygraphs/dygraph.min.css"
};
static const unsigned char license[] = {
#embed "/usr/share/doc/libjs-dygraphs/copyright"
};

static const struct {
    const unsigned char *bytes;
    size_t length;
} files[] = {{script, sizeof script}, {synchronizer, sizeof synchronizer}, {style, sizeof style}, {license, sizeof license}};

size_t ebm_dygraphs_length(ebm_dygraphs_file file) { return files[file].length; }
const unsigned char *ebm_dygraphs_bytes(ebm_dygraphs_file file) { return files[file].bytes; }
#else
size_t ebm_dygraphs_length(ebm_dygraphs_file file) {
    (void)file;
    return 0;
}
const unsigned char *ebm_dygraphs_bytes(ebm_dygraphs_file file) {
    (void)file;
    return NULL;
}
#endif
