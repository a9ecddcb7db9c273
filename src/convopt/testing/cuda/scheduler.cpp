// Runs a grid: one block after another, a fiber for every thread, each until it has to wait.

#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <utility>

#include "fiber_switch.h"
#include "runtime.h"

uint3 threadIdx, blockIdx, blockDim, gridDim;
Block running;

#if defined(__aarch64__)
#define CONVOPT_LARGEST_PAGE 65536
#else
#define CONVOPT_LARGEST_PAGE 4096
#endif
alignas(CONVOPT_LARGEST_PAGE) unsigned char
    convopt_shared_area[kSharedOffset + kSharedLargest + kSharedOffset];
extern "C" CONVOPT_HIDDEN char __ehdr_start[];  // of this library, by the linker

namespace {

constexpr unsigned char kPoison = 0xff;  // NaN as a float or a half
constexpr std::size_t kStackBytes = 1 << 17;
constexpr int kMostArguments = 32;

unsigned char* stacks;
std::size_t stack_count;
void* scheduler_stack;
Failure failure;
void (*call_kernel)(void* kernel, void* const* arguments);
void* kernel_function;
void* const* kernel_arguments;

template <std::size_t... I>
void call_with(void* kernel, void* const* arguments) {
  reinterpret_cast<void (*)(decltype((void)I, (void*)nullptr)...)>(kernel)(arguments[I]...);
}
using Caller = void (*)(void*, void* const*);
template <std::size_t... I>
constexpr Caller caller(std::index_sequence<I...>) {
  return call_with<I...>;
}
template <std::size_t... N>
Caller caller_of(int count, std::index_sequence<N...>) {
  constexpr Caller callers[] = {caller(std::make_index_sequence<N>())...};
  return callers[count];
}

void leave_fiber() {
  Fiber& fiber = *running.current;
  convopt_switch_stack(&fiber.stack, scheduler_stack);
}

void thread_main() {
  call_kernel(kernel_function, kernel_arguments);
  Fiber& fiber = *running.current;
  if (!fiber.copies.empty()) fail(kCopyNeverWaitedFor, fiber.line);
  fiber.state = kDone;
  leave_fiber();
}

const char* instruction(const void* context) {
  const mcontext_t& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return reinterpret_cast<const char*>(machine.gregs[REG_RIP]) + 1;  // as a return address is behind
#else
  return reinterpret_cast<const char*>(machine.pc) + 1;
#endif
}

void on_fault(int signal, siginfo_t* info, void* context) {
  if (running.current) {
    running.place = instruction(context);
    fail(kFault, running.current->line, info->si_addr);
  }
  ::signal(signal, SIG_DFL);
}

// Faults of fibers become failures, for as long as this lives.
class FaultsAreFailures {
 public:
  FaultsAreFailures() {
    own_.ss_sp = stack_;
    own_.ss_size = sizeof stack_;
    sigaltstack(&own_, &other_);
    struct sigaction action = {};
    action.sa_sigaction = on_fault;
    // NODEFER: the handler is left by a switch of stacks, so nobody would unblock the signal.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigaction(SIGSEGV, &action, &segv_);
    sigaction(SIGBUS, &action, &bus_);
  }
  ~FaultsAreFailures() {
    sigaction(SIGSEGV, &segv_, nullptr);
    sigaction(SIGBUS, &bus_, nullptr);
    sigaltstack(&other_, nullptr);
  }

 private:
  stack_t own_ = {}, other_ = {};
  struct sigaction segv_, bus_;
  alignas(16) char stack_[1 << 16];
};

// Stacks lie between unreadable pages.
bool have_stacks(std::size_t count) {
  if (count <= stack_count) return true;
  const std::size_t page = sysconf(_SC_PAGESIZE);
  if (stacks) munmap(stacks, stack_count * kStackBytes);
  void* memory = mmap(nullptr, count * kStackBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  stack_count = 0;
  stacks = nullptr;
  if (memory == MAP_FAILED) return false;
  stacks = static_cast<unsigned char*>(memory);
  stack_count = count;
  for (std::size_t i = 0; i < count; ++i) mprotect(stacks + i * kStackBytes, page, PROT_NONE);
  return true;
}

void prepare_fibers() {
  const std::size_t count = running.fibers.size();
  for (std::size_t i = 0; i < count; ++i) {
    Fiber& fiber = running.fibers[i];
    // Stack tops differ in their cache sets, or all threads' variables would compete for a few.
    unsigned char* top = stacks + (i + 1) * kStackBytes - i % 16 * 256;
    fiber.stack = fresh_stack(top, thread_main);
    fiber.state = kReady;
    fiber.line = 0;
    fiber.copies.clear();
    fiber.group_ends.clear();
    const unsigned t = static_cast<unsigned>(i);
    fiber.index = {t % blockDim.x, t / blockDim.x % blockDim.y, t / (blockDim.x * blockDim.y)};
  }
}

bool run_ready_fibers(bool reverse) {
  const std::size_t count = running.fibers.size();
  bool any = false;
  for (std::size_t i = 0; i < count; ++i) {
    Fiber& fiber = running.fibers[reverse ? count - 1 - i : i];
    if (fiber.state != kReady) continue;
    any = true;
    running.current = &fiber;
    threadIdx = fiber.index;
    convopt_switch_stack(&scheduler_stack, fiber.stack);
    running.current = nullptr;
    if (failure.kind) return false;
  }
  return any;
}

void record(FailureKind kind, const Fiber& fiber, int line, const void* address,
            const Fiber* other) {
  const Fiber& second = other ? *other : fiber;
  failure = {kind, line, second.line,
             {fiber.index.x, fiber.index.y, fiber.index.z},
             {second.index.x, second.index.y, second.index.z},
             {blockIdx.x, blockIdx.y, blockIdx.z},
             reinterpret_cast<std::uint64_t>(address),
             running.place ? static_cast<std::uint64_t>(running.place - __ehdr_start) : 0};
}

// All threads of a block wait or are done. True: the block goes on.
bool release_barrier() {
  Fiber* waiting = nullptr;
  for (Fiber& fiber : running.fibers) {
    if (fiber.state == kAtTensorCore) {
      record(kIncompleteWarp, fiber, fiber.line, nullptr, nullptr);
      return false;
    }
    if (fiber.state == kAtBarrier && !waiting) waiting = &fiber;
  }
  if (!waiting) return false;
  for (Fiber& fiber : running.fibers) {
    if (fiber.state == kAtBarrier && fiber.line == waiting->line) continue;
    if (fiber.state == kDone) fiber.line = 0;
    record(kDivergentBarrier, *waiting, waiting->line, nullptr, &fiber);
    return false;
  }
  for (Fiber& fiber : running.fibers) fiber.state = kReady;
  checks_begin_phase();
  return true;
}

void run_block(bool reverse, std::size_t shared_pages_bytes) {
  memset(shared_memory(), kPoison, shared_pages_bytes);
  prepare_fibers();
  checks_begin_phase();
  do {
    while (run_ready_fibers(reverse)) {
    }
  } while (!failure.kind && release_barrier());
  if (failure.kind) return;
  for (std::size_t i = running.shared_bytes; i < shared_pages_bytes; ++i)
    if (shared_memory()[i] != kPoison) {
      record(kOutsideShared, running.fibers[0], 0, shared_memory() + i, nullptr);
      return;
    }
}

}  // namespace

void wait_for_others(State state, int line) {
  running.current->state = state;
  running.current->line = line;
  leave_fiber();
}

bool is_on_stack(const void* address) {
  const std::size_t thread = running.current - running.fibers.data();
  const unsigned char* stack = stacks + thread * kStackBytes;
  return address >= stack && address < stack + kStackBytes;
}

void fail(FailureKind kind, int line, const void* address, const Fiber* other) {
  record(kind, *running.current, line, address, other);
  leave_fiber();
  __builtin_unreachable();
}

void __syncthreads(int line) { wait_for_others(kAtBarrier, line); }

extern "C" void* convopt_shared_start() { return shared_memory(); }

// `buffers` has one more than the kernel's parameters. Returns -1 where there is no memory for the stacks, 1 after a failure, else 0.
extern "C" int convopt_launch(void* kernel, Buffer* buffers, int buffer_count,
                              const unsigned* grid, const unsigned* block,
                              std::size_t shared_bytes, int reverse, Failure* found) {
  const std::size_t threads = std::size_t(block[0]) * block[1] * block[2];
  if (!have_stacks(threads)) return -1;
  void* arguments[kMostArguments];
  for (int i = 0; i < buffer_count; ++i) arguments[i] = buffers[i].data;
  kernel_function = kernel;
  kernel_arguments = arguments;
  call_kernel = caller_of(buffer_count, std::make_index_sequence<kMostArguments + 1>());
  gridDim = {grid[0], grid[1], grid[2]};
  blockDim = {block[0], block[1], block[2]};
  running.fibers.resize(threads);
  running.current = nullptr;
  running.shared_bytes = shared_bytes;
  running.buffers = buffers;
  running.buffer_count = buffer_count;
  running.place = nullptr;
  failure = {};

  const std::size_t page = sysconf(_SC_PAGESIZE);
  const std::size_t used = (shared_bytes + page - 1) / page * page;
  unsigned char* area = convopt_shared_area;
  unsigned char* behind = shared_memory() + used;
  const std::size_t behind_bytes = area + sizeof convopt_shared_area - behind;
  mprotect(area, kSharedOffset, PROT_NONE);
  mprotect(behind, behind_bytes, PROT_NONE);
  {
    FaultsAreFailures guard;
    checks_begin_launch(static_cast<unsigned>(threads));
    const unsigned blocks = grid[0] * grid[1] * grid[2];
    for (unsigned i = 0; i < blocks && !failure.kind; ++i) {
      const unsigned b = reverse ? blocks - 1 - i : i;
      blockIdx = {b % grid[0], b / grid[0] % grid[1], b / (grid[0] * grid[1])};
      running.number = i;
      run_block(reverse != 0, used);
    }
  }
  mprotect(area, kSharedOffset, PROT_READ | PROT_WRITE);
  mprotect(behind, behind_bytes, PROT_READ | PROT_WRITE);
  *found = failure;
  return failure.kind ? 1 : 0;
}
