// RUN: convopt %s -p "conv-outline-kernels{target=x86-64-v4}" | filecheck %s
// RUN: convopt %s --target=x86-64-v4 --emit=object -o %t.o

// Pointwise, then depthwise of stride 2: a band of two rows needs five rows of the ring, of which two
// are made anew for each band but a thread's first.
// CHECK: func.func private @f32_pwdw3x3s2_32x7x7_nchw16c_2x7_
// CHECK-SAME: memref<1x2x5x14x16xf32> {llvm.noalias}, %{{[0-9]+}}: index, %{{[0-9]+}}: index)
// CHECK: arith.maxsi
func.func @main(%image : tensor<1x16x14x14xf32>) -> tensor<1x32x7x7xf32> {
  %x = conv.convert_layout %image : tensor<1x16x14x14xf32> -> tensor<1x16x14x14xf32, #conv.layout<nchwc, 16>>
  %w0 = arith.constant dense<0.5> : tensor<32x16x1x1xf32>
  %w1 = arith.constant dense<0.5> : tensor<32x1x3x3xf32>
  %y = conv.fused(%x, %w0, %w1) schedule = #conv.band<rows = 2> {
  ^bb0(%in : tensor<1x16x14x14xf32, #conv.layout<nchwc, 16>>, %f0 : tensor<32x16x1x1xf32>, %f1 : tensor<32x1x3x3xf32>):
    %a = conv.pointwise %in, %f0
      schedule = #conv.tile<broadcast, columns = 14, vectors = 2> : tensor<1x16x14x14xf32, #conv.layout<nchwc, 16>>, tensor<32x16x1x1xf32> -> tensor<1x32x14x14xf32, #conv.layout<nchwc, 16>>
    %last = conv.depthwise %a, %f1 {stride = [2, 2], padding = [0, 0, 1, 1]}
      schedule = #conv.tile<rotate, columns = 7> : tensor<1x32x14x14xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32> -> tensor<1x32x7x7xf32, #conv.layout<nchwc, 16>>
    conv.yield %last : tensor<1x32x7x7xf32, #conv.layout<nchwc, 16>>
  } : tensor<1x16x14x14xf32, #conv.layout<nchwc, 16>>, tensor<32x16x1x1xf32>, tensor<32x1x3x3xf32> -> tensor<1x32x7x7xf32, #conv.layout<nchwc, 16>>
  %result = conv.convert_layout %y : tensor<1x32x7x7xf32, #conv.layout<nchwc, 16>> -> tensor<1x32x7x7xf32>
  func.return %result : tensor<1x32x7x7xf32>
}
