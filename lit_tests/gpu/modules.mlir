// REQUIRES: tvm
// RUN: convopt %s --target=h200 --emit=tvmscript | filecheck %s
// RUN: convopt %s --target=h200 --emit=cuda | filecheck %s --check-prefix=CUDA

// Fused modules: what is between the stages is in shared memory alone, so that X, constants and Y are
// all that a kernel gets.
// CHECK: def f32_dwpw3x3s1_8x12x12{{.*}}(W0: {{.*}}, W1: {{.*}}, X: {{.*}}, Y: {{.*}}):
// CHECK: T.launch_thread("blockIdx.x", 9)
// CHECK-NEXT: T.launch_thread("blockIdx.y", 1)
// CHECK: sums = T.alloc_buffer((4,), "float32", scope="local")
// CHECK: for step0 in T.serial(2):
// In each step: copies are there, the depthwise stage is done, and at the end everything.
// CUDA: __global__ void {{.*}} f32_dwpw3x3s1_8x12x12
// CUDA: for (int step0 = 0; step0 < 2; ++step0) {
// CUDA-NEXT: convopt_copies_wait_0();
// CUDA-NEXT: __syncthreads();
// CUDA: convopt_copies_commit();
// CUDA: __syncthreads();
// CUDA: __syncthreads();
// CUDA-NOT: __syncthreads();

// The tile's filters are expanded with their halo, 6 x 6 pixels; outside of the image they are zero.
// CHECK: def f32_pwdw3x3s1_8x12x12
// CHECK: T.launch_thread("blockIdx.y", 2)
// CHECK: for step0 in T.serial(2):
// CHECK: T.if_then_else({{.*}}, T.float32(0))
// CUDA: __global__ void {{.*}} f32_pwdw3x3s1_8x12x12
// CUDA: for (int step0 = 0; step0 < 2; ++step0) {

// Two reductions, one loop after the other; of one step here.
// CHECK: def f32_pwpw1x1s1_8x12x12
// CHECK: early = T.alloc_buffer((4,), "float32", scope="local")
// CHECK-NEXT: sums = T.alloc_buffer((4,), "float32", scope="local")
// CUDA: __global__ void {{.*}} f32_pwpw1x1s1_8x12x12
// CUDA: convopt_copies_wait_0();
// CUDA: convopt_copies_wait_0();

// An inverted residual: expansion, depthwise stage and projection in every step.
// CHECK: def f32_pwdwpw3x3s1_8x12x12
// CHECK: T.launch_thread("blockIdx.x", 12)
// CHECK: for step0 in T.serial(2):
// CUDA: __global__ void {{.*}} f32_pwdwpw3x3s1_8x12x12
// CUDA: for (int step0 = 0; step0 < 2; ++step0) {
// CUDA: convopt_copies_wait_0();
// CUDA-NEXT: __syncthreads();
// CUDA: __syncthreads();
// CUDA: __syncthreads();
// CUDA: __syncthreads();
func.func @main(%x: tensor<1x8x12x12xf32>)
    -> (tensor<1x8x12x12xf32>, tensor<1x8x12x12xf32>, tensor<1x8x12x12xf32>, tensor<1x8x12x12xf32>) {
  %p = arith.constant dense<0.5> : tensor<8x8x1x1xf32>
  %d = arith.constant dense<0.5> : tensor<8x1x3x3xf32>
  %dwpw = conv.fused(%x, %d, %p)
      schedule = #conv.block<filters = 8, rows = 4, columns = 4, thread_filters = 2, thread_pixels = 2, channels = 4, buffers = 2> {
  ^bb0(%in: tensor<1x8x12x12xf32>, %w0: tensor<8x1x3x3xf32>, %w1: tensor<8x8x1x1xf32>):
    %0 = conv.depthwise %in, %w0 {padding = [1, 1, 1, 1]} : tensor<1x8x12x12xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x12x12xf32>
    %1 = conv.pointwise %0, %w1 : tensor<1x8x12x12xf32>, tensor<8x8x1x1xf32> -> tensor<1x8x12x12xf32>
    conv.yield %1 : tensor<1x8x12x12xf32>
  } : tensor<1x8x12x12xf32>, tensor<8x1x3x3xf32>, tensor<8x8x1x1xf32> -> tensor<1x8x12x12xf32>
  %pwdw = conv.fused(%x, %p, %d)
      schedule = #conv.block<filters = 4, rows = 4, columns = 4, thread_filters = 2, thread_pixels = 4, channels = 4> {
  ^bb0(%in: tensor<1x8x12x12xf32>, %w0: tensor<8x8x1x1xf32>, %w1: tensor<8x1x3x3xf32>):
    %0 = conv.pointwise %in, %w0 : tensor<1x8x12x12xf32>, tensor<8x8x1x1xf32> -> tensor<1x8x12x12xf32>
    %1 = conv.depthwise %0, %w1 {padding = [1, 1, 1, 1]} : tensor<1x8x12x12xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x12x12xf32>
    conv.yield %1 : tensor<1x8x12x12xf32>
  } : tensor<1x8x12x12xf32>, tensor<8x8x1x1xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x12x12xf32>
  %pwpw = conv.fused(%x, %p)
      schedule = #conv.block<filters = 8, rows = 2, columns = 8, thread_filters = 2, thread_pixels = 2, channels = 8> {
  ^bb0(%in: tensor<1x8x12x12xf32>, %w0: tensor<8x8x1x1xf32>):
    %0 = conv.pointwise %in, %w0 : tensor<1x8x12x12xf32>, tensor<8x8x1x1xf32> -> tensor<1x8x12x12xf32>
    %1 = conv.pointwise %0, %w0 : tensor<1x8x12x12xf32>, tensor<8x8x1x1xf32> -> tensor<1x8x12x12xf32>
    conv.yield %1 : tensor<1x8x12x12xf32>
  } : tensor<1x8x12x12xf32>, tensor<8x8x1x1xf32> -> tensor<1x8x12x12xf32>
  %pwdwpw = conv.fused(%x, %p, %d)
      schedule = #conv.block<filters = 8, rows = 3, columns = 4, thread_filters = 2, thread_pixels = 2, channels = 4> {
  ^bb0(%in: tensor<1x8x12x12xf32>, %w0: tensor<8x8x1x1xf32>, %w1: tensor<8x1x3x3xf32>):
    %0 = conv.pointwise %in, %w0 : tensor<1x8x12x12xf32>, tensor<8x8x1x1xf32> -> tensor<1x8x12x12xf32>
    %1 = conv.depthwise %0, %w1 {padding = [1, 1, 1, 1]} : tensor<1x8x12x12xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x12x12xf32>
    %2 = conv.pointwise %1, %w0 : tensor<1x8x12x12xf32>, tensor<8x8x1x1xf32> -> tensor<1x8x12x12xf32>
    conv.yield %2 : tensor<1x8x12x12xf32>
  } : tensor<1x8x12x12xf32>, tensor<8x8x1x1xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x12x12xf32>
  func.return %dwpw, %pwdw, %pwpw, %pwdwpw
    : tensor<1x8x12x12xf32>, tensor<1x8x12x12xf32>, tensor<1x8x12x12xf32>, tensor<1x8x12x12xf32>
}
