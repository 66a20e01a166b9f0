// Why this target exists: gzip-compressed corpora are read through the system's zlib. inflateInit2
// is a macro that Swift cannot import.
#pragma once
#include <zlib.h>

static inline int firn_inflate_init2(z_streamp stream, int windowBits) {
  return inflateInit2(stream, windowBits);
}
