// REQUIRES: tvm
// RUN: convopt %s --target=h200 --emit=tvmscript | filecheck %s
// RUN: convopt %s --target=h200 --emit=cuda | filecheck %s --check-prefix=CUDA

// Single convolutions. The grid is spatial tiles, filter tiles, images.
// A depthwise one copies, waits once, and writes.
// CHECK: def f32_dw3x3s2_8x6x6
// CHECK: T.launch_thread("blockIdx.x", 3)
// CHECK-NEXT: T.launch_thread("blockIdx.y", 4)
// CHECK-NEXT: T.launch_thread("blockIdx.z", 1)
// CHECK-NEXT: T.launch_thread("threadIdx.x", 8)
// CHECK-NEXT: shared = T.alloc_buffer((152,), "float32", scope="shared.dyn")
// CHECK-NEXT: window = T.alloc_buffer((3,), "float32", scope="local")
// CUDA: __global__ void {{.*}} f32_dw3x3s2_8x6x6
// CUDA: extern __shared__ {{.*}} shared_ptr[];
// CUDA: convopt_copies_commit();
// CUDA-NEXT: convopt_copies_wait_0();
// CUDA-NEXT: __syncthreads();
// CUDA-NOT: __syncthreads();

// Two buffers: a step's copies are on their way while the one before is summed. Two slices: their
// sums meet in shared memory. Four neighbours leave as one vector.
// CHECK: def f32_pw1x1s1_8x12x12
// CHECK: T.launch_thread("threadIdx.x", 16)
// CHECK: sums = T.alloc_buffer((16,), "float32", scope="local")
// CHECK: for step0 in T.serial(2):
// CHECK: T.vectorized(4)
// CUDA: __global__ void {{.*}} f32_pw1x1s1_8x12x12
// CUDA: convopt_copies_commit();
// CUDA-NEXT: for (int step0 = 0; step0 < 2; ++step0) {
// CUDA-NEXT: convopt_copies_wait_0();
// CUDA-NEXT: __syncthreads();
// CUDA: convopt_copy_async_16(
// CUDA: convopt_copies_commit();
// CUDA: __syncthreads();
// CUDA: __syncthreads();
// CUDA: *(float4*)(Y_ptr

// A dense one with one buffer: each step waits for its own copies, and all threads for the sums.
// CHECK: def f32_pw3x3s2_16x6x6
// CHECK: T.launch_thread("blockIdx.x", 2)
// CHECK-NEXT: T.launch_thread("blockIdx.y", 2)
// CUDA: __global__ void {{.*}} f32_pw3x3s2_16x6x6
// CUDA: for (int step0 = 0; step0 < 2; ++step0) {
// CUDA: convopt_copies_commit();
// CUDA-NEXT: convopt_copies_wait_0();
// CUDA-NEXT: __syncthreads();
// CUDA: __syncthreads();

// Both groups in one block, all channels of a group in one step.
// CHECK: def f32_pw3x3s1g2_8x12x12
// CHECK: T.launch_thread("blockIdx.x", 9)
// CHECK-NEXT: T.launch_thread("blockIdx.y", 1)
// CHECK-NOT: T.serial
// CUDA: __global__ void {{.*}} f32_pw3x3s1g2_8x12x12
// CUDA-NOT: step0
func.func @main(%x: tensor<1x8x12x12xf32>, %r: tensor<1x8x12x12xf32>)
    -> (tensor<1x8x6x6xf32>, tensor<1x8x12x12xf32>, tensor<1x16x6x6xf32>, tensor<1x8x12x12xf32>) {
  %p = arith.constant dense<0.5> : tensor<8x8x1x1xf32>
  %d = arith.constant dense<0.5> : tensor<8x1x3x3xf32>
  %g = arith.constant dense<0.5> : tensor<8x4x3x3xf32>
  %f = arith.constant dense<0.5> : tensor<16x8x3x3xf32>
  %b = arith.constant dense<0.5> : tensor<8xf32>
  %dw = conv.depthwise %x, %d {stride = [2, 2], padding = [1, 1, 1, 1]}
      schedule = #conv.block<filters = 2, rows = 2, columns = 6, thread_pixels = 3> : tensor<1x8x12x12xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x6x6xf32>
  %pw = conv.pointwise %x, %p
      schedule = #conv.block<filters = 8, rows = 1, columns = 16, thread_filters = 4, thread_pixels = 4, channels = 4, slices = 2, buffers = 2> epilogue(%b, %r : tensor<8xf32>, tensor<1x8x12x12xf32>) {
  ^bb0(%acc: f32, %bias: f32, %rest: f32):
    %s = arith.addf %acc, %bias : f32
    %t = arith.addf %s, %rest : f32
    conv.yield %t : f32
  } : tensor<1x8x12x12xf32>, tensor<8x8x1x1xf32> -> tensor<1x8x12x12xf32>
  %dense = conv.conv2d %x, %f {stride = [2, 2], padding = [1, 1, 1, 1]}
      schedule = #conv.block<filters = 8, rows = 3, columns = 6, thread_filters = 2, thread_pixels = 3, channels = 4> : tensor<1x8x12x12xf32>, tensor<16x8x3x3xf32> -> tensor<1x16x6x6xf32>
  %grouped = conv.grouped %x, %g {padding = [1, 1, 1, 1], groups = 2}
      schedule = #conv.block<filters = 8, rows = 4, columns = 4, thread_filters = 2, thread_pixels = 4, channels = 4> : tensor<1x8x12x12xf32>, tensor<8x4x3x3xf32> -> tensor<1x8x12x12xf32>
  func.return %dw, %pw, %dense, %grouped
    : tensor<1x8x6x6xf32>, tensor<1x8x12x12xf32>, tensor<1x16x6x6xf32>, tensor<1x8x12x12xf32>
}
