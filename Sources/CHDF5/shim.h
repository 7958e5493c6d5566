// HDF5 as Swift can see it: the macros that the importer cannot read, as functions. No logic.
#pragma once
#include <hdf5.h>

static inline hid_t ebm_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t ebm_h5_all(void) { return H5S_ALL; }
static inline hid_t ebm_h5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t ebm_h5_dataset_creation(void) { return H5P_DATASET_CREATE; }

static inline hid_t ebm_h5_int8(void) { return H5T_NATIVE_INT8; }
static inline hid_t ebm_h5_int16(void) { return H5T_NATIVE_INT16; }
static inline hid_t ebm_h5_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t ebm_h5_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t ebm_h5_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t ebm_h5_uint16(void) { return H5T_NATIVE_UINT16; }
static inline hid_t ebm_h5_uint32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t ebm_h5_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t ebm_h5_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t ebm_h5_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t ebm_h5_bits(void) { return H5T_NATIVE_B8; }
static inline hid_t ebm_h5_file_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t ebm_h5_file_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t ebm_h5_text(void) { return H5T_C_S1; }
static inline size_t ebm_h5_variable(void) { return H5T_VARIABLE; }

// Versioned: the library says by a macro which form the program was compiled for.
static inline int ebm_h5_is_hard_link(hid_t group, const char *name) {
    H5L_info_t link;
    return H5Lget_info(group, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD;
}

// Without messages of its own on stderr, and without plugins that a file names.
static inline int ebm_h5_start(void) {
    return H5open() >= 0 && H5Eset_auto2(H5E_DEFAULT, NULL, NULL) >= 0 && H5PLset_loading_state(0) >= 0;
}

// Locks are refused by many network file systems, and who reads needs none.
static inline void ebm_h5_without_locks(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
    (void)H5Pset_file_locking(access, 0, 1);
#else
    (void)access;
#endif
}
