// Checks of every memory access of the CUDA text: exact bounds, races, bytes moved.
//
// The text is compiled with -fsanitize=thread, which puts a call before each access that another
// thread could see; the functions called are these here instead of the sanitizer's own runtime. A
// race in shared memory is two accesses to a byte by two threads, one of them a write, with no
// barrier between; in global memory, an access to a byte that another thread of the launch wrote.

#include "runtime.h"

extern "C" CONVOPT_HIDDEN char __ehdr_start[], _end[];  // of this library, by the linker

namespace {

constexpr std::uint16_t kSeveral = 0xffff;

struct SharedByte {
  std::uint32_t written_in, read_in;  // phases
  std::uint16_t writer, reader;
  bool copy_under_way;
};

SharedByte shared_bytes[kSharedLargest];
std::uint32_t phase;
unsigned threads_a_block;
std::vector<std::vector<std::uint32_t>> global_writers;  // of each byte: 0 or 1 + the thread

std::uint16_t this_thread() {
  return static_cast<std::uint16_t>(running.current - running.fibers.data());
}

Buffer& shared_traffic() { return running.buffers[running.buffer_count]; }

void shared_read(std::size_t offset, std::size_t bytes, int line) {
  const std::uint16_t thread = this_thread();
  for (SharedByte* byte = shared_bytes + offset; byte < shared_bytes + offset + bytes; ++byte) {
    if (byte->copy_under_way)
      fail(kCopyUnderWay, line, shared_memory() + (byte - shared_bytes),
           &running.fibers[byte->writer]);
    if (byte->written_in == phase && byte->writer != thread)
      fail(kSharedRace, line, shared_memory() + (byte - shared_bytes),
           &running.fibers[byte->writer]);
    byte->reader = byte->read_in == phase && byte->reader != thread ? kSeveral : thread;
    byte->read_in = phase;
  }
}

void shared_write(std::size_t offset, std::size_t bytes, int line) {
  const std::uint16_t thread = this_thread();
  for (SharedByte* byte = shared_bytes + offset; byte < shared_bytes + offset + bytes; ++byte) {
    const void* address = shared_memory() + (byte - shared_bytes);
    if (byte->copy_under_way)
      fail(kCopyUnderWay, line, address, &running.fibers[byte->writer]);
    if (byte->written_in == phase && byte->writer != thread)
      fail(kSharedRace, line, address, &running.fibers[byte->writer]);
    if (byte->read_in == phase && byte->reader != thread)
      fail(kSharedRace, line, address,
           byte->reader == kSeveral ? nullptr : &running.fibers[byte->reader]);
    byte->writer = thread;
    byte->written_in = phase;
  }
}

void global_access(int index, std::size_t offset, std::size_t bytes, bool write, int line) {
  Buffer& buffer = running.buffers[index];
  (write ? buffer.stored : buffer.loaded) += bytes;
  const std::uint32_t self = running.number * threads_a_block + this_thread() + 1;
  for (std::size_t i = offset; i < offset + bytes; ++i) {
    std::uint32_t& writer = global_writers[index][i];
    if (writer && writer != self) fail(kGlobalRace, line, buffer.data + i);
    if (write) writer = self;
  }
}

bool find_global(const unsigned char* address, std::size_t bytes, bool write, int line) {
  for (int i = 0; i < running.buffer_count; ++i) {
    const Buffer& buffer = running.buffers[i];
    if (address < buffer.data || address + bytes > buffer.data + buffer.bytes) continue;
    global_access(i, address - buffer.data, bytes, write, line);
    return true;
  }
  return false;
}

bool is_private(const unsigned char* address) {
  const char* data = reinterpret_cast<const char*>(address);
  if (data >= __ehdr_start && data < _end) return true;  // threadIdx, constants
  return is_on_stack(address);
}

void access(const void* pointer, std::size_t bytes, bool write, const char* place) {
  const unsigned char* address = static_cast<const unsigned char*>(pointer);
  const int line = running.current->line;
  running.place = place;
  if (is_shared(address, bytes)) {
    const std::size_t offset = address - shared_memory();
    if (write) {
      shared_traffic().stored += bytes;
      shared_write(offset, bytes, line);
    } else {
      shared_traffic().loaded += bytes;
      shared_read(offset, bytes, line);
    }
    return;
  }
  if (in_shared_area(address)) fail(kOutsideShared, line, address);
  if (find_global(address, bytes, write, line) || is_private(address)) return;
  fail(kOutsideBuffers, line, address);
}

}  // namespace

void checks_begin_launch(unsigned threads) {
  memset(shared_bytes, 0, sizeof shared_bytes);
  phase = 0;
  threads_a_block = threads;
  global_writers.assign(running.buffer_count, {});
  for (int i = 0; i < running.buffer_count; ++i)
    global_writers[i].assign(running.buffers[i].bytes, 0);
}

void checks_begin_phase() { ++phase; }

void checks_copy_issued(const void* shared, const void* global, unsigned bytes, int line) {
  const std::size_t offset = static_cast<const unsigned char*>(shared) - shared_memory();
  running.place = nullptr;
  if (global && !find_global(static_cast<const unsigned char*>(global), bytes, false, line))
    fail(kOutsideBuffers, line, global);
  shared_traffic().stored += bytes;
  shared_write(offset, bytes, line);
  for (unsigned i = 0; i < bytes; ++i) shared_bytes[offset + i].copy_under_way = true;
}

void checks_copy_arrived(const void* shared, unsigned bytes) {
  const std::size_t offset = static_cast<const unsigned char*>(shared) - shared_memory();
  for (unsigned i = 0; i < bytes; ++i) {
    shared_bytes[offset + i].copy_under_way = false;
    shared_bytes[offset + i].written_in = phase;
  }
}

#define CONVOPT_ACCESS(name, bytes, write)                                            \
  extern "C" CONVOPT_HIDDEN void __tsan_##name(void* p) {                             \
    access(p, bytes, write, static_cast<const char*>(__builtin_return_address(0)));   \
  }
#define CONVOPT_ACCESSES(bytes)              \
  CONVOPT_ACCESS(read##bytes, bytes, false)  \
  CONVOPT_ACCESS(write##bytes, bytes, true)
#define CONVOPT_UNALIGNED(bytes)                       \
  CONVOPT_ACCESS(unaligned_read##bytes, bytes, false)  \
  CONVOPT_ACCESS(unaligned_write##bytes, bytes, true)
CONVOPT_ACCESSES(1)
CONVOPT_ACCESSES(2)
CONVOPT_ACCESSES(4)
CONVOPT_ACCESSES(8)
CONVOPT_ACCESSES(16)
CONVOPT_UNALIGNED(2)
CONVOPT_UNALIGNED(4)
CONVOPT_UNALIGNED(8)
CONVOPT_UNALIGNED(16)
extern "C" {
CONVOPT_HIDDEN void __tsan_read_range(void* p, std::size_t bytes) {
  access(p, bytes, false, static_cast<const char*>(__builtin_return_address(0)));
}
CONVOPT_HIDDEN void __tsan_write_range(void* p, std::size_t bytes) {
  access(p, bytes, true, static_cast<const char*>(__builtin_return_address(0)));
}
CONVOPT_HIDDEN void __tsan_init() {}
CONVOPT_HIDDEN void __tsan_func_entry(void*) {}
CONVOPT_HIDDEN void __tsan_func_exit() {}
}
