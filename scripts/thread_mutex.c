// Shows ThreadSanitizer what Swift's Mutex does where threads meet at it: that path lies in a library which is not
// built with it (libswiftSynchronization), so that it takes what the mutex guards for shared without one. To be
// preloaded; the calls go on to the library.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

// Of ThreadSanitizer's runtime; nothing where a process of the tests is built without it.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

SWIFT void seen_lock(uint32_t thread, SELF mutex) __asm__(LOCK);
SWIFT void seen_unlock(SELF mutex) __asm__(UNLOCK);

SWIFT void seen_lock(uint32_t thread, SELF mutex) {
  ((SWIFT void (*)(uint32_t, SELF))dlsym(RTLD_NEXT, LOCK))(thread, mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void seen_unlock(SELF mutex) {
  if (__tsan_release) __tsan_release(mutex);
  ((SWIFT void (*)(SELF))dlsym(RTLD_NEXT, UNLOCK))(mutex);
}
