// Asynchronous copies as late as CUDA allows: the bytes arrive when the thread waits for their group,
// and until then hold a poison, so neither a missing wait nor a slot refilled too early goes unseen.

#include "runtime.h"

namespace {

int issue(void* shared, const void* global, int valid, unsigned bytes, int line) {
  Fiber& fiber = *running.current;
  fiber.line = line;
  if (!is_shared(shared, bytes)) fail(kOutsideShared, line, shared);
  if (reinterpret_cast<std::uintptr_t>(shared) % bytes) fail(kMisaligned, line, shared);
  if (valid) {
    if (reinterpret_cast<std::uintptr_t>(global) % bytes) fail(kMisaligned, line, global);
    // Touched now, so that a fault has this line.
    (void)*static_cast<const volatile unsigned char*>(global);
  }
  checks_copy_issued(shared, valid ? global : nullptr, bytes, line);
  memset(shared, 0xff, bytes);
  fiber.copies.push_back({static_cast<unsigned char*>(shared), valid ? global : nullptr, bytes});
  return 0;
}

int wait_until_pending(std::size_t groups) {
  Fiber& fiber = *running.current;
  if (fiber.group_ends.size() <= groups) return 0;
  const std::size_t done = fiber.group_ends.size() - groups;
  const std::size_t end = fiber.group_ends[done - 1];
  for (std::size_t i = 0; i < end; ++i) {
    const Copy& copy = fiber.copies[i];
    checks_copy_arrived(copy.shared, copy.bytes);
    if (copy.global)
      memcpy(copy.shared, copy.global, copy.bytes);
    else
      memset(copy.shared, 0, copy.bytes);
  }
  fiber.copies.erase(fiber.copies.begin(), fiber.copies.begin() + end);
  fiber.group_ends.erase(fiber.group_ends.begin(), fiber.group_ends.begin() + done);
  for (std::size_t& group_end : fiber.group_ends) group_end -= end;
  return 0;
}

}  // namespace

int convopt_copy_async_4(void* shared, const void* global, int valid, int line) {
  return issue(shared, global, valid, 4, line);
}

int convopt_copy_async_16(void* shared, const void* global, int valid, int line) {
  return issue(shared, global, valid, 16, line);
}

int convopt_copies_commit() {
  Fiber& fiber = *running.current;
  fiber.group_ends.push_back(fiber.copies.size());
  return 0;
}

int convopt_copies_wait_0() { return wait_until_pending(0); }

int convopt_copies_wait_1() { return wait_until_pending(1); }
