// REQUIRES: tvm
// RUN: convopt %s --target=h200 --emit=tvmscript | filecheck %s
// RUN: convopt %s --target=h200 --emit=cuda | filecheck %s --check-prefix=CUDA

// Sums made by tensor cores: tiles of 16 filters x 8 pixels, eight words of channels deep. A lane has
// four words of filters, two of pixels, four sums.
// f32 is rounded to tf32. Four warps make two tiles of filters of two tiles of pixels.
// CHECK: def f32_pw1x1s1_32x12x12
// CHECK: T.launch_thread("threadIdx.x", 128)
// CHECK-NEXT: shared = T.alloc_buffer((448,), "float32", scope="shared.dyn")
// CHECK-NEXT: filters = T.alloc_buffer((4,), "float32", scope="local")
// CHECK-NEXT: pixels = T.alloc_buffer((2,), "float32", scope="local")
// CHECK-NEXT: sums = T.alloc_buffer((4,), "float32", scope="local")
// CHECK: for step0 in T.serial(2):
// CHECK: pixels[j0] = shared[(lane0 % 4 + j0 * 4) * 24 + p0]
// CHECK-NEXT: for word in T.vectorized(4):
// CHECK-NEXT: filters[word] = shared[192 + f0 * 128 + lane0 * 4 + word]
// CHECK-NEXT: 'convopt_mma_tf32', T.address_of(sums[0]), T.address_of(filters[0]), T.address_of(pixels[0])
// CUDA: __global__ void {{.*}} f32_pw1x1s1_32x12x12
// CUDA: *(float4*)(filters_ptr + 0) = *(float4*)(shared_ptr
// CUDA-NEXT: convopt_mma_tf32(

// A window of halves: a product for each tap. Two warps, two tiles of pixels each.
// CHECK: def f16_pw3x3s2_32x6x6_nchw2c
// CHECK: T.launch_thread("threadIdx.x", 64)
// CHECK: filters = T.alloc_buffer((4,), "int32", scope="local")
// CHECK-NEXT: pixels = T.alloc_buffer((2,), "int32", scope="local")
// CHECK-NEXT: sums = T.alloc_buffer((8,), "float32", scope="local")
// CHECK: for r0 in T.unroll(3):
// CHECK-NEXT: for t0 in T.unroll(3):
// CHECK-NEXT: for n0 in T.unroll(2):
// CHECK: 'convopt_mma_f16', T.address_of(sums[n0 * 4])
// CUDA: __global__ void {{.*}} f16_pw3x3s2_32x6x6_nchw2c
// CUDA: convopt_mma_f16(

// Bytes, after a depthwise stage by the same threads: 32 filters are two tiles.
// CHECK: def f32_dwpw3x3s1_32x12x12
// CHECK: T.launch_thread("threadIdx.x", 64)
// CHECK: sums = T.alloc_buffer((8,), "int32", scope="local")
// CHECK: T.call_pure_extern("int32", "convopt_pack_bytes"
// CHECK-NEXT: T.evaluate(T.tvm_storage_sync("shared"))
// CHECK: for m0 in T.unroll(2):
// CHECK: 'convopt_mma_s8', T.address_of(sums[m0 * 4])
// CUDA: __global__ void {{.*}} f32_dwpw3x3s1_32x12x12
// CUDA: convopt_mma_s8(
func.func @main(%x: tensor<1x16x12x12xf32>, %h: tensor<1x16x12x12xf16>, %q: tensor<1x32x12x12xi8>)
    -> (tensor<1x32x12x12xf32>, tensor<1x32x6x6xf16>, tensor<1x32x12x12xf32>) {
  %p = arith.constant dense<0.5> : tensor<32x16x1x1xf32>
  %f = arith.constant dense<0.5> : tensor<32x16x3x3xf16>
  %w = arith.constant dense<2> : tensor<32x1x3x3xi8>
  %v = arith.constant dense<2> : tensor<32x32x1x1xi8>
  %h2 = conv.convert_layout %h : tensor<1x16x12x12xf16> -> tensor<1x16x12x12xf16, #conv.layout<nchwc, 2>>
  %q4 = conv.convert_layout %q : tensor<1x32x12x12xi8> -> tensor<1x32x12x12xi8, #conv.layout<nchwc, 4>>
  %0 = conv.pointwise %x, %p
      schedule = #conv.block<filters = 32, rows = 1, columns = 16, thread_filters = 16, thread_pixels = 8, channels = 8, matrix = true>
    : tensor<1x16x12x12xf32>, tensor<32x16x1x1xf32> -> tensor<1x32x12x12xf32>
  %1 = conv.conv2d %h2, %f {stride = [2, 2], padding = [1, 1, 1, 1]}
      schedule = #conv.block<filters = 32, rows = 2, columns = 6, thread_filters = 16, thread_pixels = 16, channels = 16, matrix = true>
    : tensor<1x16x12x12xf16, #conv.layout<nchwc, 2>>, tensor<32x16x3x3xf16> -> tensor<1x32x6x6xf16, #conv.layout<nchwc, 2>>
  %2 = conv.fused(%q4, %w, %v)
      schedule = #conv.block<filters = 32, rows = 4, columns = 4, thread_filters = 32, thread_pixels = 8, channels = 32, matrix = true> {
  ^bb0(%in: tensor<1x32x12x12xi8, #conv.layout<nchwc, 4>>, %w0: tensor<32x1x3x3xi8>, %w1: tensor<32x32x1x1xi8>):
    %m = conv.depthwise %in, %w0 {padding = [1, 1, 1, 1]} epilogue {
    ^bb0(%acc: i32):
      %s = arith.sitofp %acc : i32 to f32
      %low = arith.constant -128.0 : f32
      %high = arith.constant 127.0 : f32
      %a = arith.maxnumf %s, %low : f32
      %b = arith.minnumf %a, %high : f32
      %i = arith.fptosi %b : f32 to i8
      conv.yield %i : i8
    } : tensor<1x32x12x12xi8, #conv.layout<nchwc, 4>>, tensor<32x1x3x3xi8> -> tensor<1x32x12x12xi8, #conv.layout<nchwc, 4>>
    %n = conv.pointwise %m, %w1 epilogue {
    ^bb0(%acc: i32):
      %s = arith.sitofp %acc : i32 to f32
      conv.yield %s : f32
    } : tensor<1x32x12x12xi8, #conv.layout<nchwc, 4>>, tensor<32x32x1x1xi8> -> tensor<1x32x12x12xf32>
    conv.yield %n : tensor<1x32x12x12xf32>
  } : tensor<1x32x12x12xi8, #conv.layout<nchwc, 4>>, tensor<32x1x3x3xi8>, tensor<32x32x1x1xi8> -> tensor<1x32x12x12xf32>
  %3 = conv.convert_layout %1 : tensor<1x32x6x6xf16, #conv.layout<nchwc, 2>> -> tensor<1x32x6x6xf16>
  func.return %0, %3, %2 : tensor<1x32x12x12xf32>, tensor<1x32x6x6xf16>, tensor<1x32x12x12xf32>
}
