// REQUIRES: tvm
// RUN: convopt %s --target=h200 --emit=tvmscript | filecheck %s
// RUN: convopt %s --target=h200 --emit=cuda | filecheck %s --check-prefix=CUDA

// Kernels that read and write 32-bit words of channels: two halves, four bytes. Shared memory has
// words, too; per-channel operands of epilogues stay f32.
// Halves are summed in f32, with factors of the input where it is scaled, and rounded at the end.
// CHECK: def f16_pw1x1s1_8x12x12_nchw2c{{.*}}(E0: T.Buffer((8,), "float32"), W0: T.Buffer((32,), "int32"), S: T.Buffer((4,), "int32"), X: T.Buffer((576,), "int32"), Y: T.Buffer((576,), "int32")):
// CHECK: words = T.alloc_buffer((108,), "int32", scope="shared.dyn")
// CHECK-NEXT: sums = T.alloc_buffer((16,), "float32", scope="local")
// CHECK-NEXT: out = T.alloc_buffer((4,), "int32", scope="local")
// CHECK: for c1 in T.unroll(4):
// CHECK-NEXT: for m0 in T.unroll(4):
// CHECK-NEXT: for n0 in T.unroll(4):
// CHECK-NEXT: sums[m0 * 4 + n0] = T.call_pure_extern("float32", "convopt_scaled_dot2",
// CHECK: a1: T.let = T.reinterpret("float32", words[100 + k0 * 2 + 1])
// CHECK-NEXT: v1: T.let = s1 + a1
// CHECK-NEXT: out[l0] = T.call_pure_extern("int32", "convopt_pack_halves", v0, v1)
// CUDA: __global__ void {{.*}} f16_pw1x1s1_8x12x12_nchw2c
// CUDA: extern __shared__ {{.*}} int words_ptr[];
// CUDA: convopt_scaled_dot2(

// Between stages halves lie in words: eight channels are four steps of a sum.
// CHECK: def f16_dwpw3x3s1_8x12x12_nchw2c
// CHECK: sums = T.alloc_buffer((4,), "float32", scope="local")
// CHECK-NEXT: window = T.alloc_buffer((4,), "float32", scope="local")
// CHECK: window[n1 * 2] = window[n1 * 2] + T.call_pure_extern("float32", "convopt_half_low", w0) *
// CHECK-NEXT: window[n1 * 2 + 1] = window[n1 * 2 + 1] + T.call_pure_extern("float32", "convopt_half_high", w0) *
// CHECK: = T.call_pure_extern("int32", "convopt_pack_halves", window[j0 * 2], window[j0 * 2 + 1])
// CHECK-NEXT: T.evaluate(T.tvm_storage_sync("shared"))
// CHECK-NEXT: for c2 in T.unroll(4):
// CUDA: __global__ void {{.*}} f16_dwpw3x3s1_8x12x12_nchw2c
// CUDA: convopt_dot2(

// Bytes are summed in i32; the epilogue makes i8 of each, four of which are a word.
// CHECK: def i8_pw1x1s1_8x12x12_nchw4c
// CHECK: sums = T.alloc_buffer((16,), "int32", scope="local")
// CHECK: for c1 in T.unroll(2):
// CHECK: sums[m0 * 4 + n0] = T.call_pure_extern("int32", "convopt_dot4",
// CHECK: v3: T.let = T.Cast("int32", v2)
// CHECK: out[l0] = T.call_pure_extern("int32", "convopt_pack_bytes", v3, v7, v11, v15)
// CUDA: __global__ void {{.*}} i8_pw1x1s1_8x12x12_nchw4c
// CUDA: convopt_dot4(

// Words of the result hold one f32: each of four channels is written on its own.
// CHECK: def f32_dw3x3s1_8x12x12_plain
// CHECK: window = T.alloc_buffer((8,), "int32", scope="local")
// CHECK-NEXT: out = T.alloc_buffer((2,), "float32", scope="local")
// CHECK-COUNT-4: Y[
// CUDA: __global__ void {{.*}} f32_dw3x3s1_8x12x12_plain
// CUDA: *(float2*)(Y_ptr
func.func @main(%x: tensor<1x8x12x12xf16>, %s: tensor<1x8x1x1xf16>, %q: tensor<1x8x12x12xi8>)
    -> (tensor<1x8x12x12xf16>, tensor<1x8x12x12xf16>, tensor<1x8x12x12xi8>, tensor<1x8x12x12xf32>) {
  %p = arith.constant dense<0.5> : tensor<8x8x1x1xf16>
  %d = arith.constant dense<0.5> : tensor<8x1x3x3xf16>
  %b = arith.constant dense<0.5> : tensor<8xf32>
  %v = arith.constant dense<2> : tensor<8x8x1x1xi8>
  %w = arith.constant dense<2> : tensor<8x1x3x3xi8>
  %x2 = conv.convert_layout %x : tensor<1x8x12x12xf16> -> tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>>
  %s2 = conv.convert_layout %s : tensor<1x8x1x1xf16> -> tensor<1x8x1x1xf16, #conv.layout<nchwc, 2>>
  %q4 = conv.convert_layout %q : tensor<1x8x12x12xi8> -> tensor<1x8x12x12xi8, #conv.layout<nchwc, 4>>
  %0 = conv.pointwise %x2, %p scale(%s2 : tensor<1x8x1x1xf16, #conv.layout<nchwc, 2>>)
      schedule = #conv.block<filters = 8, rows = 1, columns = 16, thread_filters = 4, thread_pixels = 4, channels = 8> epilogue(%b : tensor<8xf32>) {
  ^bb0(%acc: f32, %bias: f32):
    %t = arith.addf %acc, %bias : f32
    conv.yield %t : f32
  } : tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>>, tensor<8x8x1x1xf16> -> tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>>
  %1 = conv.fused(%x2, %d, %p)
      schedule = #conv.block<filters = 8, rows = 4, columns = 4, thread_filters = 2, thread_pixels = 2, channels = 8> {
  ^bb0(%in: tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>>, %w0: tensor<8x1x3x3xf16>, %w1: tensor<8x8x1x1xf16>):
    %m = conv.depthwise %in, %w0 {padding = [1, 1, 1, 1]} : tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>>, tensor<8x1x3x3xf16> -> tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>>
    %n = conv.pointwise %m, %w1 : tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>>, tensor<8x8x1x1xf16> -> tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>>
    conv.yield %n : tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>>
  } : tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>>, tensor<8x1x3x3xf16>, tensor<8x8x1x1xf16> -> tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>>
  %2 = conv.pointwise %q4, %v
      schedule = #conv.block<filters = 8, rows = 1, columns = 16, thread_filters = 4, thread_pixels = 4, channels = 8> epilogue {
  ^bb0(%acc: i32):
    %f = arith.sitofp %acc : i32 to f32
    %low = arith.constant -128.0 : f32
    %high = arith.constant 127.0 : f32
    %l = arith.maxnumf %f, %low : f32
    %h = arith.minnumf %l, %high : f32
    %i = arith.fptosi %h : f32 to i8
    conv.yield %i : i8
  } : tensor<1x8x12x12xi8, #conv.layout<nchwc, 4>>, tensor<8x8x1x1xi8> -> tensor<1x8x12x12xi8, #conv.layout<nchwc, 4>>
  %3 = conv.depthwise %q4, %w {padding = [1, 1, 1, 1]}
      schedule = #conv.block<filters = 4, rows = 2, columns = 4, thread_filters = 4, thread_pixels = 2> epilogue {
  ^bb0(%acc: i32):
    %f = arith.sitofp %acc : i32 to f32
    conv.yield %f : f32
  } : tensor<1x8x12x12xi8, #conv.layout<nchwc, 4>>, tensor<8x1x3x3xi8> -> tensor<1x8x12x12xf32>
  %4 = conv.convert_layout %0 : tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>> -> tensor<1x8x12x12xf16>
  %5 = conv.convert_layout %1 : tensor<1x8x12x12xf16, #conv.layout<nchwc, 2>> -> tensor<1x8x12x12xf16>
  %6 = conv.convert_layout %2 : tensor<1x8x12x12xi8, #conv.layout<nchwc, 4>> -> tensor<1x8x12x12xi8>
  func.return %4, %5, %6, %3 : tensor<1x8x12x12xf16>, tensor<1x8x12x12xf16>, tensor<1x8x12x12xi8>, tensor<1x8x12x12xf32>
}
