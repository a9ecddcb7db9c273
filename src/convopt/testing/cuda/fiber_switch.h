// Switching between stacks without a system call (ucontext makes two a switch).
#pragma once

#include <cstdint>

// Saves what a callee must keep on the present stack, its pointer in *save, and goes on at `load`.
extern "C" __attribute__((visibility("hidden"))) void convopt_switch_stack(void** save, void* load);

#if defined(__x86_64__)
asm(R"(
.text
.globl convopt_switch_stack
.hidden convopt_switch_stack
.type convopt_switch_stack, @function
convopt_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size convopt_switch_stack, . - convopt_switch_stack
)");
constexpr int kSavedWords = 8;  // six registers, the address to go to, one for alignment
constexpr int kAddressWord = 6;
#elif defined(__aarch64__)
asm(R"(
.text
.globl convopt_switch_stack
.hidden convopt_switch_stack
.type convopt_switch_stack, %function
convopt_switch_stack:
  sub sp, sp, #160
  stp x19, x20, [sp, #0]
  stp x21, x22, [sp, #16]
  stp x23, x24, [sp, #32]
  stp x25, x26, [sp, #48]
  stp x27, x28, [sp, #64]
  stp x29, x30, [sp, #80]
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mov x9, sp
  str x9, [x0]
  mov sp, x1
  ldp x19, x20, [sp, #0]
  ldp x21, x22, [sp, #16]
  ldp x23, x24, [sp, #32]
  ldp x25, x26, [sp, #48]
  ldp x27, x28, [sp, #64]
  ldp x29, x30, [sp, #80]
  ldp d8, d9, [sp, #96]
  ldp d10, d11, [sp, #112]
  ldp d12, d13, [sp, #128]
  ldp d14, d15, [sp, #144]
  add sp, sp, #160
  ret
.size convopt_switch_stack, . - convopt_switch_stack
)");
constexpr int kSavedWords = 20;
constexpr int kAddressWord = 11;  // x30
#else
#error "fibers are written for x86-64 and AArch64"
#endif

// What a switch to it makes run `entry` on a fresh stack; `top` is aligned to 16 bytes.
static inline void* fresh_stack(void* top, void (*entry)()) {
  std::uintptr_t* words = static_cast<std::uintptr_t*>(top) - kSavedWords;
  for (int word = 0; word < kSavedWords; ++word) words[word] = 0;
  words[kAddressWord] = reinterpret_cast<std::uintptr_t>(entry);
  return words;
}
