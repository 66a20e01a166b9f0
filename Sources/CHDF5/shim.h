// Why this target exists: HDF5's type and property-list identifiers (H5T_NATIVE_FLOAT,
// H5P_DATASET_CREATE, ...) are macros that open the library and read a global; Swift cannot import
// them. Each is a `static inline` function here, and nothing else is wrapped.
#pragma once
#include <hdf5.h>

#define FIRN_SHIM static inline __attribute__((always_inline))

// Property list classes.
FIRN_SHIM hid_t shim_H5P_FILE_CREATE(void) { return H5P_FILE_CREATE; }
FIRN_SHIM hid_t shim_H5P_FILE_ACCESS(void) { return H5P_FILE_ACCESS; }
FIRN_SHIM hid_t shim_H5P_GROUP_CREATE(void) { return H5P_GROUP_CREATE; }
FIRN_SHIM hid_t shim_H5P_DATASET_CREATE(void) { return H5P_DATASET_CREATE; }
FIRN_SHIM hid_t shim_H5P_DATASET_ACCESS(void) { return H5P_DATASET_ACCESS; }

// Types in files: little-endian, whatever the machine.
FIRN_SHIM hid_t shim_H5T_STD_I8LE(void) { return H5T_STD_I8LE; }
FIRN_SHIM hid_t shim_H5T_STD_U8LE(void) { return H5T_STD_U8LE; }
FIRN_SHIM hid_t shim_H5T_STD_I32LE(void) { return H5T_STD_I32LE; }
FIRN_SHIM hid_t shim_H5T_STD_I64LE(void) { return H5T_STD_I64LE; }
FIRN_SHIM hid_t shim_H5T_IEEE_F32LE(void) { return H5T_IEEE_F32LE; }
FIRN_SHIM hid_t shim_H5T_IEEE_F64LE(void) { return H5T_IEEE_F64LE; }

// Types in memory.
FIRN_SHIM hid_t shim_H5T_NATIVE_UINT8(void) { return H5T_NATIVE_UINT8; }
FIRN_SHIM hid_t shim_H5T_NATIVE_INT32(void) { return H5T_NATIVE_INT32; }
FIRN_SHIM hid_t shim_H5T_NATIVE_INT64(void) { return H5T_NATIVE_INT64; }
FIRN_SHIM hid_t shim_H5T_NATIVE_FLOAT(void) { return H5T_NATIVE_FLOAT; }
FIRN_SHIM hid_t shim_H5T_NATIVE_DOUBLE(void) { return H5T_NATIVE_DOUBLE; }
FIRN_SHIM hid_t shim_H5T_C_S1(void) { return H5T_C_S1; }

// Constants that are casts or expressions.
FIRN_SHIM unsigned shim_H5F_ACC_RDONLY(void) { return H5F_ACC_RDONLY; }
FIRN_SHIM unsigned shim_H5F_ACC_TRUNC(void) { return H5F_ACC_TRUNC; }
FIRN_SHIM hid_t shim_H5S_ALL(void) { return H5S_ALL; }
FIRN_SHIM hsize_t shim_H5S_UNLIMITED(void) { return H5S_UNLIMITED; }
FIRN_SHIM size_t shim_H5T_VARIABLE(void) { return H5T_VARIABLE; }
FIRN_SHIM hid_t shim_H5P_DEFAULT(void) { return H5P_DEFAULT; }

#undef FIRN_SHIM
