// What CUDA text needs to be compiled by a host compiler: included before the text. Every CUDA
// thread is a fiber (scheduler.cpp), so device functions may wait for other threads.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#define CONVOPT_ON_CPU
#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __shared__  // `extern` shared arrays are named by the linker, see build.py
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __launch_bounds__(...)

#define CONVOPT_HIDDEN __attribute__((visibility("hidden")))

// Vector types have the alignment of CUDA's.
#define CONVOPT_VECTORS(type, name, align2, align4)                                   \
  struct name##1 { type x; };                                                         \
  struct __align__(align2) name##2 { type x, y; };                                    \
  struct name##3 { type x, y, z; };                                                   \
  struct __align__(align4) name##4 { type x, y, z, w; };                              \
  static inline name##2 make_##name##2(type x, type y) { return {x, y}; }             \
  static inline name##3 make_##name##3(type x, type y, type z) { return {x, y, z}; }  \
  static inline name##4 make_##name##4(type x, type y, type z, type w) {              \
    return {x, y, z, w};                                                              \
  }
CONVOPT_VECTORS(signed char, char, 2, 4)
CONVOPT_VECTORS(unsigned char, uchar, 2, 4)
CONVOPT_VECTORS(short, short, 4, 8)
CONVOPT_VECTORS(unsigned short, ushort, 4, 8)
CONVOPT_VECTORS(int, int, 8, 16)
CONVOPT_VECTORS(float, float, 8, 16)
CONVOPT_VECTORS(unsigned, uint, 8, 16)

extern "C" CONVOPT_HIDDEN uint3 threadIdx, blockIdx, blockDim, gridDim;

// Each takes the line of the text that calls it, for messages.
extern "C" {
CONVOPT_HIDDEN void __syncthreads(int line = __builtin_LINE());
CONVOPT_HIDDEN int convopt_copy_async_4(void* shared, const void* global, int valid,
                                        int line = __builtin_LINE());
CONVOPT_HIDDEN int convopt_copy_async_16(void* shared, const void* global, int valid,
                                         int line = __builtin_LINE());
CONVOPT_HIDDEN int convopt_copies_commit();
CONVOPT_HIDDEN int convopt_copies_wait_0();
CONVOPT_HIDDEN int convopt_copies_wait_1();
CONVOPT_HIDDEN int convopt_mma_tf32(float* sums, const void* a, const void* b,
                                    int line = __builtin_LINE());
CONVOPT_HIDDEN int convopt_mma_f16(float* sums, const void* a, const void* b,
                                   int line = __builtin_LINE());
CONVOPT_HIDDEN int convopt_mma_s8(int* sums, const void* a, const void* b,
                                  int line = __builtin_LINE());
}

static inline int __dp4a(int a, int b, int c) {
  for (int shift = 0; shift < 32; shift += 8)
    c += static_cast<signed char>(a >> shift) * static_cast<signed char>(b >> shift);
  return c;
}
static inline int convopt_dot4(int a, int b, int c) { return __dp4a(a, b, c); }

// CUDA's max and min of floats: the other one where one is NaN.
static inline float max(float a, float b) { return a >= b || b != b ? a : b; }
static inline float min(float a, float b) { return a <= b || b != b ? a : b; }
static inline double max(double a, double b) { return fmax(a, b); }
static inline double min(double a, double b) { return fmin(a, b); }
#define CONVOPT_ORDER(type)                                            \
  static inline type max(type a, type b) { return a < b ? b : a; }     \
  static inline type min(type a, type b) { return b < a ? b : a; }
CONVOPT_ORDER(int)
CONVOPT_ORDER(unsigned)
CONVOPT_ORDER(long)
CONVOPT_ORDER(long long)

#define __expf expf  // macros, since some glibc declares functions of these names
#define __logf logf
#define rsqrtf(x) (1.0f / sqrtf(x))
static inline float __fdividef(float a, float b) { return a / b; }
static inline float __saturatef(float x) { return fminf(fmaxf(x, 0.0f), 1.0f); }
static inline float __ldg(const float* p) { return *p; }
static inline int __ldg(const int* p) { return *p; }

#define CONVOPT_SAME_BITS(name, to, from) \
  static inline to name(from value) {     \
    to bits;                              \
    memcpy(&bits, &value, sizeof bits);   \
    return bits;                          \
  }
CONVOPT_SAME_BITS(__float_as_int, int, float)
CONVOPT_SAME_BITS(__int_as_float, float, int)
CONVOPT_SAME_BITS(__float_as_uint, unsigned, float)
CONVOPT_SAME_BITS(__uint_as_float, float, unsigned)

#include "half_on_cpu.h"
