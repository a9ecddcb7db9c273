// The parts of the harness to each other: the running block, failures, hooks of the checks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cuda_on_cpu.h"

// harness.py has the same numbers.
enum FailureKind : int {
  kNone = 0,
  kDivergentBarrier = 1,
  kIncompleteWarp = 2,
  kCopyNeverWaitedFor = 3,
  kMisaligned = 4,
  kOutsideShared = 5,
  kFault = 6,
  kOutsideBuffers = 7,
  kSharedRace = 8,
  kCopyUnderWay = 9,
  kGlobalRace = 10,
};

// What went wrong first. `line` counts in the CUDA text and is the last one known of the thread;
// `place` is the instruction, as an offset into this library, or 0.
struct Failure {
  int kind, line, other_line;
  unsigned thread[3], other_thread[3], block[3];
  std::uint64_t address, place;
};

enum State : int { kReady, kAtBarrier, kAtTensorCore, kDone };

struct Copy {
  unsigned char* shared;
  const void* global;  // null: zeros
  unsigned bytes;
};

struct Fiber {
  void* stack;
  State state;
  int line;  // of the last call that may wait
  uint3 index;
  std::vector<Copy> copies;            // issued and not yet waited for
  std::vector<std::size_t> group_ends; // into copies
  void* sums;
  const void *a, *b;
};

struct Buffer {
  unsigned char* data;
  std::uint64_t bytes, loaded, stored;
};

struct Block {
  std::vector<Fiber> fibers;
  Fiber* current;  // null outside fibers
  unsigned number;  // of the block in its grid, in order of execution
  std::size_t shared_bytes;
  Buffer* buffers;  // the kernel's, and one more that stands for shared memory
  int buffer_count;
  const char* place;  // of the access that is being checked, else null
};

extern CONVOPT_HIDDEN Block running;
extern "C" CONVOPT_HIDDEN unsigned char convopt_shared_area[];
constexpr std::size_t kSharedOffset = 1 << 16;   // guard pages before the shared memory
constexpr std::size_t kSharedLargest = 1 << 18;  // no GPU has more a block
inline unsigned char* shared_memory() { return convopt_shared_area + kSharedOffset; }
inline bool is_shared(const void* address, std::size_t bytes) {
  const auto offset = static_cast<const unsigned char*>(address) - shared_memory();
  return offset >= 0 && static_cast<std::size_t>(offset) + bytes <= running.shared_bytes;
}

inline bool in_shared_area(const void* address) {
  return address >= convopt_shared_area &&
         address < shared_memory() + kSharedLargest + kSharedOffset;
}
CONVOPT_HIDDEN bool is_on_stack(const void* address);  // of the running fiber

// Both leave the running fiber; the first until the scheduler comes back to it.
CONVOPT_HIDDEN void wait_for_others(State state, int line);
[[noreturn]] CONVOPT_HIDDEN void fail(FailureKind kind, int line, const void* address = nullptr,
                                      const Fiber* other = nullptr);

#ifdef CONVOPT_CHECKED
CONVOPT_HIDDEN void checks_begin_launch(unsigned threads);
CONVOPT_HIDDEN void checks_begin_phase();
CONVOPT_HIDDEN void checks_copy_issued(const void* shared, const void* global, unsigned bytes,
                                       int line);
CONVOPT_HIDDEN void checks_copy_arrived(const void* shared, unsigned bytes);
#else
inline void checks_begin_launch(unsigned) {}
inline void checks_begin_phase() {}
inline void checks_copy_issued(const void*, const void*, unsigned, int) {}
inline void checks_copy_arrived(const void*, unsigned) {}
#endif
