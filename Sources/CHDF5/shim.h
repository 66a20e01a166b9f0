// Why this target exists: HDF5's type and property-list identifiers (H5T_NATIVE_FLOAT,
// H5P_DATASET_CREATE, ...) are macros that open the library and read a global; Swift cannot import
// them. Each is a `static inline` function here, and nothing else is wrapped.
#pragma once
#include <hdf5.h>
