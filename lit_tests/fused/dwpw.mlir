// RUN: convopt %s -p "conv-outline-kernels{target=x86-64-v4}" | filecheck %s
// RUN: convopt %s --target=x86-64-v4 --emit=object -o %t.o

// Depthwise, then pointwise: the ring holds the four rows of a band, of both channel blocks.
// CHECK: func.func private @f32_dwpw3x3s1_16x14x14_nchw16c_4x14_
// CHECK-SAME: memref<1x2x4x14x16xf32> {llvm.noalias}, %{{[0-9]+}}: index, %{{[0-9]+}}: index)
// CHECK-SAME: conv.scratch = 1
func.func @main(%image : tensor<1x32x14x14xf32>) -> tensor<1x16x14x14xf32> {
  %x = conv.convert_layout %image : tensor<1x32x14x14xf32> -> tensor<1x32x14x14xf32, #conv.layout<nchwc, 16>>
  %w0 = arith.constant dense<0.5> : tensor<32x1x3x3xf32>
  %w1 = arith.constant dense<0.5> : tensor<16x32x1x1xf32>
  %y = conv.fused(%x, %w0, %w1) schedule = #conv.band<rows = 4> {
  ^bb0(%in : tensor<1x32x14x14xf32, #conv.layout<nchwc, 16>>, %f0 : tensor<32x1x3x3xf32>, %f1 : tensor<16x32x1x1xf32>):
    %a = conv.depthwise %in, %f0 {padding = [1, 1, 1, 1]}
      schedule = #conv.tile<rotate, rows = 2, columns = 7> : tensor<1x32x14x14xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32> -> tensor<1x32x14x14xf32, #conv.layout<nchwc, 16>>
    %last = conv.pointwise %a, %f1
      schedule = #conv.tile<broadcast, columns = 7> : tensor<1x32x14x14xf32, #conv.layout<nchwc, 16>>, tensor<16x32x1x1xf32> -> tensor<1x16x14x14xf32, #conv.layout<nchwc, 16>>
    conv.yield %last : tensor<1x16x14x14xf32, #conv.layout<nchwc, 16>>
  } : tensor<1x32x14x14xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32>, tensor<16x32x1x1xf32> -> tensor<1x16x14x14xf32, #conv.layout<nchwc, 16>>
  %result = conv.convert_layout %y : tensor<1x16x14x14xf32, #conv.layout<nchwc, 16>> -> tensor<1x16x14x14xf32>
  func.return %result : tensor<1x16x14x14xf32>
}
