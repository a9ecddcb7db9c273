// The matrix products of a warp: the lane that comes last computes for all 32.

#include "runtime.h"

namespace {

constexpr unsigned kLanes = 32;
constexpr int kDeep = 8;  // words

// Hardware rounds the operands to 10 bits of mantissa, ties away from zero.
double tf32(std::uint32_t word) {
  const std::uint32_t rounded = (word + 0x1000u) & ~0x1fffu;
  return static_cast<double>(__uint_as_float(rounded));
}

double product_tf32(std::uint32_t a, std::uint32_t b) { return tf32(a) * tf32(b); }

double product_f16(std::uint32_t a, std::uint32_t b) {
  half2 x, y;
  memcpy(&x, &a, sizeof x);
  memcpy(&y, &b, sizeof y);
  return static_cast<double>(x.x) * static_cast<double>(y.x) +
         static_cast<double>(x.y) * static_cast<double>(y.y);
}

int product_s8(std::uint32_t a, std::uint32_t b) {
  return __dp4a(static_cast<int>(a), static_cast<int>(b), 0);
}

std::uint32_t word(const void* words, int index) {
  std::uint32_t value;
  memcpy(&value, static_cast<const unsigned char*>(words) + 4 * index, sizeof value);
  return value;
}

template <typename Sum, typename Exact>
void multiply(Fiber* lanes, Exact (*product)(std::uint32_t, std::uint32_t)) {
  std::uint32_t a[16][kDeep], b[kDeep][8];
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    for (int i = 0; i < 4; ++i)
      a[lane / 4 + 8 * (i & 1)][lane % 4 + 4 * (i >> 1)] = word(lanes[lane].a, i);
    for (int j = 0; j < 2; ++j) b[lane % 4 + 4 * j][lane / 4] = word(lanes[lane].b, j);
  }
  for (unsigned lane = 0; lane < kLanes; ++lane)
    for (int r = 0; r < 4; ++r) {
      Sum& sum = static_cast<Sum*>(lanes[lane].sums)[r];
      Exact exact = sum;
      for (int k = 0; k < kDeep; ++k)
        exact += product(a[lane / 4 + 8 * (r >> 1)][k], b[k][2 * (lane % 4) + (r & 1)]);
      sum = static_cast<Sum>(exact);
    }
}

template <typename Sum, typename Exact>
int by_warp(Exact (*product)(std::uint32_t, std::uint32_t), Sum* sums, const void* a,
            const void* b, int line) {
  Fiber& fiber = *running.current;
  fiber.sums = sums;
  fiber.a = a;
  fiber.b = b;
  fiber.line = line;
  const std::size_t thread = &fiber - running.fibers.data();
  Fiber* lanes = &fiber - thread % kLanes;
  if (thread - thread % kLanes + kLanes > running.fibers.size()) fail(kIncompleteWarp, line);
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    const bool here = lanes[lane].state == kAtTensorCore && lanes[lane].line == line;
    if (here || &lanes[lane] == &fiber) continue;
    wait_for_others(kAtTensorCore, line);
    return 0;
  }
  multiply<Sum, Exact>(lanes, product);
  for (unsigned lane = 0; lane < kLanes; ++lane) lanes[lane].state = kReady;
  return 0;
}

}  // namespace

int convopt_mma_tf32(float* sums, const void* a, const void* b, int line) {
  return by_warp<float, double>(product_tf32, sums, a, b, line);
}

int convopt_mma_f16(float* sums, const void* a, const void* b, int line) {
  return by_warp<float, double>(product_f16, sums, a, b, line);
}

int convopt_mma_s8(int* sums, const void* a, const void* b, int line) {
  return by_warp<int, int>(product_s8, sums, a, b, line);
}
