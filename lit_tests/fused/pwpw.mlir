// RUN: convopt %s -p "conv-outline-kernels{target=x86-64-v4}" | filecheck %s
// RUN: convopt %s --target=x86-64-v4 --emit=object -o %t.o

// Two pointwise convolutions: rows of a band correspond one to one.
// CHECK: func.func private @f32_pwpw1x1s1_16x6x6_nchw16c_3x6_
// CHECK-SAME: memref<1x2x3x6x16xf32> {llvm.noalias}, %{{[0-9]+}}: index, %{{[0-9]+}}: index)
func.func @main(%image : tensor<1x16x6x6xf32>) -> tensor<1x16x6x6xf32> {
  %x = conv.convert_layout %image : tensor<1x16x6x6xf32> -> tensor<1x16x6x6xf32, #conv.layout<nchwc, 16>>
  %w0 = arith.constant dense<0.5> : tensor<32x16x1x1xf32>
  %w1 = arith.constant dense<0.5> : tensor<16x32x1x1xf32>
  %y = conv.fused(%x, %w0, %w1) schedule = #conv.band<rows = 3> {
  ^bb0(%in : tensor<1x16x6x6xf32, #conv.layout<nchwc, 16>>, %f0 : tensor<32x16x1x1xf32>, %f1 : tensor<16x32x1x1xf32>):
    %a = conv.pointwise %in, %f0
      schedule = #conv.tile<broadcast, columns = 6, vectors = 2> : tensor<1x16x6x6xf32, #conv.layout<nchwc, 16>>, tensor<32x16x1x1xf32> -> tensor<1x32x6x6xf32, #conv.layout<nchwc, 16>>
    %last = conv.pointwise %a, %f1
      schedule = #conv.tile<broadcast, columns = 6> : tensor<1x32x6x6xf32, #conv.layout<nchwc, 16>>, tensor<16x32x1x1xf32> -> tensor<1x16x6x6xf32, #conv.layout<nchwc, 16>>
    conv.yield %last : tensor<1x16x6x6xf32, #conv.layout<nchwc, 16>>
  } : tensor<1x16x6x6xf32, #conv.layout<nchwc, 16>>, tensor<32x16x1x1xf32>, tensor<16x32x1x1xf32> -> tensor<1x16x6x6xf32, #conv.layout<nchwc, 16>>
  %result = conv.convert_layout %y : tensor<1x16x6x6xf32, #conv.layout<nchwc, 16>> -> tensor<1x16x6x6xf32>
  func.return %result : tensor<1x16x6x6xf32>
}
