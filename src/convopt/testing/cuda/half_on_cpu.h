// CUDA's half types for a host compiler that has _Float16 in C++ (on x86-64 GCC 12, Clang 15).
#pragma once

#if defined(__aarch64__) && !defined(__clang__)
typedef __fp16 half;  // GCC has this one on AArch64 before it has the other
#else
typedef _Float16 half;
#endif
typedef half __half;
struct __align__(4) half2 {
  half x, y;
};
typedef half2 __half2;

static inline float __half2float(half x) { return static_cast<float>(x); }
static inline half __float2half(float x) { return static_cast<half>(x); }
static inline half __float2half_rn(float x) { return static_cast<half>(x); }
static inline half __hadd(half a, half b) { return a + b; }
static inline half __hsub(half a, half b) { return a - b; }
static inline half __hmul(half a, half b) { return a * b; }
static inline half __hdiv(half a, half b) { return a / b; }
static inline half __hfma(half a, half b, half c) {  // exact in double, so rounded once
  return static_cast<half>(static_cast<double>(a) * static_cast<double>(b) +
                           static_cast<double>(c));
}
static inline bool __hgt(half a, half b) { return a > b; }
static inline bool __hge(half a, half b) { return a >= b; }
static inline bool __hlt(half a, half b) { return a < b; }
static inline bool __hle(half a, half b) { return a <= b; }
static inline bool __heq(half a, half b) { return a == b; }
static inline bool __hne(half a, half b) { return a != b; }
static inline half __hmax(half a, half b) { return half(fmaxf(float(a), float(b))); }
static inline half __hmin(half a, half b) { return half(fminf(float(a), float(b))); }
static inline half hexp(half x) { return half(expf(float(x))); }
static inline half hlog(half x) { return half(logf(float(x))); }
static inline half hsqrt(half x) { return half(sqrtf(float(x))); }
static inline half htanh(half x) { return half(tanhf(float(x))); }

static inline half2 make_half2(half x, half y) { return {x, y}; }
static inline half2 __halves2half2(half x, half y) { return {x, y}; }
static inline half __low2half(half2 v) { return v.x; }
static inline half __high2half(half2 v) { return v.y; }
static inline float __low2float(half2 v) { return static_cast<float>(v.x); }
static inline float __high2float(half2 v) { return static_cast<float>(v.y); }
static inline float2 __half22float2(half2 v) { return {__low2float(v), __high2float(v)}; }
static inline half2 __float22half2_rn(float2 v) { return {half(v.x), half(v.y)}; }
static inline half2 __floats2half2_rn(float x, float y) { return {half(x), half(y)}; }
static inline half2 __hadd2(half2 a, half2 b) { return {__hadd(a.x, b.x), __hadd(a.y, b.y)}; }
static inline half2 __hmul2(half2 a, half2 b) { return {__hmul(a.x, b.x), __hmul(a.y, b.y)}; }
static inline half2 __hfma2(half2 a, half2 b, half2 c) {
  return {__hfma(a.x, b.x, c.x), __hfma(a.y, b.y, c.y)};
}
static inline half2 __hmax2(half2 a, half2 b) { return {__hmax(a.x, b.x), __hmax(a.y, b.y)}; }
static inline half2 __hmin2(half2 a, half2 b) { return {__hmin(a.x, b.x), __hmin(a.y, b.y)}; }

static inline half convopt_half_of(int word, int which) {
  half halves[2];
  memcpy(halves, &word, sizeof halves);
  return halves[which];
}
static inline float convopt_half_low(int word) { return __half2float(convopt_half_of(word, 0)); }
static inline float convopt_half_high(int word) { return __half2float(convopt_half_of(word, 1)); }
static inline int convopt_pack_halves(float low, float high) {
  const half halves[2] = {__float2half(low), __float2half(high)};
  int word;
  memcpy(&word, halves, sizeof word);
  return word;
}
static inline float convopt_dot2(int a, int b, float c) {
  c = fmaf(convopt_half_low(a), convopt_half_low(b), c);
  return fmaf(convopt_half_high(a), convopt_half_high(b), c);
}
static inline float convopt_scaled_dot2(int a, int factors, int b, float c) {
  c = fmaf(convopt_half_low(a) * convopt_half_low(factors), convopt_half_low(b), c);
  return fmaf(convopt_half_high(a) * convopt_half_high(factors), convopt_half_high(b), c);
}
static inline int convopt_pack_bytes(int a, int b, int c, int d) {
  return (a & 255) | (b & 255) << 8 | (c & 255) << 16 | int(unsigned(d) << 24);
}
