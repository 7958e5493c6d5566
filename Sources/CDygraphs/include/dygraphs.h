// The chart library dygraphs as this machine had it when the program was built (Debian's libjs-dygraphs): embedded, so that reports need it
// neither where they are made nor where they are read. Where it was missing the length is 0, and reports show static charts.
#pragma once
#include <stddef.h>

typedef enum { EBM_DYGRAPHS_SCRIPT, EBM_DYGRAPHS_SYNCHRONIZER, EBM_DYGRAPHS_STYLE, EBM_DYGRAPHS_LICENSE } ebm_dygraphs_file;

size_t ebm_dygraphs_length(ebm_dygraphs_file file);
const unsigned char *ebm_dygraphs_bytes(ebm_dygraphs_file file);
