// What generated kernels call, as prelude.cuh has it for CUDA: copies are plain, and there are no
// tensor cores. For checks with OpenCL tools.

// C's names of functions that OpenCL has for all types.
#define expf exp
#define rintf rint
#define tanhf tanh

int convopt_copy_async_4(__local void* to, const __global void* from, int valid) {
  *(__local int*)to = valid ? *(const __global int*)from : 0;
  return 0;
}

int convopt_copy_async_16(__local void* to, const __global void* from, int valid) {
  *(__local int4*)to = valid ? *(const __global int4*)from : (int4)(0);
  return 0;
}

int convopt_copies_commit(void) { return 0; }

int convopt_copies_wait_0(void) { return 0; }

int convopt_copies_wait_1(void) { return 0; }

int convopt_dot4(int a, int b, int c) {
  for (int shift = 0; shift < 32; shift += 8)
    c += (int)(char)(a >> shift) * (int)(char)(b >> shift);
  return c;
}

float convopt_half_low(int word) {
  ushort bits = (ushort)word;
  return vload_half(0, (const half*)&bits);
}

float convopt_half_high(int word) {
  ushort bits = (ushort)(word >> 16);
  return vload_half(0, (const half*)&bits);
}

int convopt_pack_halves(float low, float high) {
  ushort bits[2];
  vstore_half(low, 0, (half*)bits);
  vstore_half(high, 1, (half*)bits);
  return (int)((uint)bits[0] | (uint)bits[1] << 16);
}

float convopt_dot2(int a, int b, float c) {
  c = fma(convopt_half_low(a), convopt_half_low(b), c);
  return fma(convopt_half_high(a), convopt_half_high(b), c);
}

float convopt_scaled_dot2(int a, int factors, int b, float c) {
  c = fma(convopt_half_low(a) * convopt_half_low(factors), convopt_half_low(b), c);
  return fma(convopt_half_high(a) * convopt_half_high(factors), convopt_half_high(b), c);
}

int convopt_pack_bytes(int a, int b, int c, int d) {
  return (a & 255) | (b & 255) << 8 | (c & 255) << 16 | d << 24;
}
