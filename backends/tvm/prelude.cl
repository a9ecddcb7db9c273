// What generated kernels call, as prelude.cuh has it for CUDA: copies are plain, and there are no
// tensor cores. For checks with OpenCL tools.

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
