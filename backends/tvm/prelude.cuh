// What generated kernels call: asynchronous copies, dot products of bytes, tensor cores.
// The functions return an int only because TVM's externs have a value.
#ifndef CUDART_INF_F  // TVM's word for infinity
#define CUDART_INF_F __int_as_float(0x7f800000)
#endif
#ifndef CONVOPT_ON_CPU  // a harness that runs this text on a CPU brings its own

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
#define CONVOPT_COPIES_ARE_ASYNCHRONOUS
static __device__ __forceinline__ unsigned convopt_shared_address(const void* shared) {
  return static_cast<unsigned>(__cvta_generic_to_shared(shared));
}
#endif

// 4 bytes to shared memory; zero, and nothing read, where not valid.
static __device__ __forceinline__ int convopt_copy_async_4(void* shared, const void* global,
                                                           int valid) {
#ifdef CONVOPT_COPIES_ARE_ASYNCHRONOUS
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(convopt_shared_address(shared)),
               "l"(__cvta_generic_to_global(global)), "r"(valid ? 4 : 0)
               : "memory");
#else
  *static_cast<int*>(shared) = valid ? *static_cast<const int*>(global) : 0;
#endif
  return 0;
}

// 16 bytes, both sides aligned to 16; past L1, since a block reads them once.
static __device__ __forceinline__ int convopt_copy_async_16(void* shared, const void* global,
                                                            int valid) {
#ifdef CONVOPT_COPIES_ARE_ASYNCHRONOUS
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(
                   convopt_shared_address(shared)),
               "l"(__cvta_generic_to_global(global)), "r"(valid ? 16 : 0)
               : "memory");
#else
  *static_cast<int4*>(shared) =
      valid ? *static_cast<const int4*>(global) : make_int4(0, 0, 0, 0);
#endif
  return 0;
}

// Copies of this thread since the last commit become a group.
static __device__ __forceinline__ int convopt_copies_commit() {
#ifdef CONVOPT_COPIES_ARE_ASYNCHRONOUS
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
  return 0;
}

// Until no group of this thread is under way.
static __device__ __forceinline__ int convopt_copies_wait_0() {
#ifdef CONVOPT_COPIES_ARE_ASYNCHRONOUS
  asm volatile("cp.async.wait_group 0;" ::: "memory");
#endif
  return 0;
}

// Until at most the last group of this thread is under way.
static __device__ __forceinline__ int convopt_copies_wait_1() {
#ifdef CONVOPT_COPIES_ARE_ASYNCHRONOUS
  asm volatile("cp.async.wait_group 1;" ::: "memory");
#endif
  return 0;
}

// Halves of a word: the low one is the first.
static __device__ __forceinline__ float convopt_half_low(int word) {
  float value;
  asm("{.reg .f16 low, high; mov.b32 {low, high}, %1; cvt.f32.f16 %0, low;}" : "=f"(value) : "r"(word));
  return value;
}

static __device__ __forceinline__ float convopt_half_high(int word) {
  float value;
  asm("{.reg .f16 low, high; mov.b32 {low, high}, %1; cvt.f32.f16 %0, high;}"
      : "=f"(value)
      : "r"(word));
  return value;
}

static __device__ __forceinline__ int convopt_pack_halves(float low, float high) {
  int word;
  asm("{.reg .f16 a, b; cvt.rn.f16.f32 a, %1; cvt.rn.f16.f32 b, %2; mov.b32 %0, {a, b};}"
      : "=r"(word)
      : "f"(low), "f"(high));
  return word;
}

// c plus the products of two halves each, in single precision.
static __device__ __forceinline__ float convopt_dot2(int a, int b, float c) {
  c = fmaf(convopt_half_low(a), convopt_half_low(b), c);
  return fmaf(convopt_half_high(a), convopt_half_high(b), c);
}

// The same with a factor for each half of a.
static __device__ __forceinline__ float convopt_scaled_dot2(int a, int factors, int b, float c) {
  c = fmaf(convopt_half_low(a) * convopt_half_low(factors), convopt_half_low(b), c);
  return fmaf(convopt_half_high(a) * convopt_half_high(factors), convopt_half_high(b), c);
}

// Four integers in the range of a signed byte.
static __device__ __forceinline__ int convopt_pack_bytes(int a, int b, int c, int d) {
  return (a & 255) | (b & 255) << 8 | (c & 255) << 16 | d << 24;
}

// c plus the products of four signed bytes each.
static __device__ __forceinline__ int convopt_dot4(int a, int b, int c) {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 610
  return __dp4a(a, b, c);
#else
  for (int shift = 0; shift < 32; shift += 8)
    c += static_cast<signed char>(a >> shift) * static_cast<signed char>(b >> shift);
  return c;
#endif
}

// Tensor cores: sums[16 x 8] += A[16 x 8 words] * B[8 words x 8] by the 32 lanes of a warp. A word
// holds 1 float, 2 halves or 4 signed bytes that follow each other in the direction of the
// reduction. Of lane l:
//   a[i]    = A[l / 4 + 8 * (i & 1)][l % 4 + 4 * (i >> 1)]
//   b[j]    = B[l % 4 + 4 * j][l / 4]
//   sums[r] is at [l / 4 + 8 * (r >> 1)][2 * (l % 4) + (r & 1)]
// (fragments of mma.sync, PTX ISA). A function that an architecture lacks is not declared there.

#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
static __device__ __forceinline__ unsigned convopt_to_tf32(float value) {
  unsigned rounded;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(value));
  return rounded;
}

static __device__ __forceinline__ int convopt_mma_tf32(float* sums, const void* a_words,
                                                       const void* b_words) {
  const float* a = static_cast<const float*>(a_words);
  const float* b = static_cast<const float*>(b_words);
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(convopt_to_tf32(a[0])), "r"(convopt_to_tf32(a[1])), "r"(convopt_to_tf32(a[2])),
        "r"(convopt_to_tf32(a[3])), "r"(convopt_to_tf32(b[0])), "r"(convopt_to_tf32(b[1])));
  return 0;
}
#endif

#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 750
static __device__ __forceinline__ int convopt_mma_f16(float* sums, const void* a_words,
                                                      const void* b_words) {
  const unsigned* a = static_cast<const unsigned*>(a_words);
  const unsigned* b = static_cast<const unsigned*>(b_words);
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  for (int half = 0; half < 2; ++half)
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 "
        "{%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[2 * half]), "r"(a[2 * half + 1]), "r"(b[half]));
#endif
  return 0;
}

static __device__ __forceinline__ int convopt_mma_s8(int* sums, const void* a_words,
                                                     const void* b_words) {
  const unsigned* a = static_cast<const unsigned*>(a_words);
  const unsigned* b = static_cast<const unsigned*>(b_words);
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+r"(sums[0]), "+r"(sums[1]), "+r"(sums[2]), "+r"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  for (int quarter = 0; quarter < 4; ++quarter)
    asm volatile("mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0, %1}, {%2}, {%3}, {%0, %1};"
                 : "+r"(sums[2 * (quarter & 1)]), "+r"(sums[2 * (quarter & 1) + 1])
                 : "r"(a[quarter]), "r"(b[quarter >> 1]));
#endif
  return 0;
}
#endif

#endif  // CONVOPT_ON_CPU
