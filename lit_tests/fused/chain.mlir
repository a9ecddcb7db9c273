// RUN: convopt %s -p "conv-outline-kernels{target=x86-64-v4}" | filecheck %s
// RUN: convopt %s --target=x86-64-v4 --emit=object -o %t.o

// Any chain of convolutions is a module: two pairs in one.
// CHECK: func.func private @f32_dwpwdwpw3x3s1_16x4x4_nchw16c_1x4_
// CHECK-SAME: conv.scratch = 3
func.func @main(%image : tensor<1x16x8x8xf32>) -> tensor<1x16x4x4xf32> {
  %x = conv.convert_layout %image : tensor<1x16x8x8xf32> -> tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>>
  %w0 = arith.constant dense<0.5> : tensor<16x1x3x3xf32>
  %w1 = arith.constant dense<0.5> : tensor<16x16x1x1xf32>
  %w2 = arith.constant dense<0.5> : tensor<16x1x3x3xf32>
  %w3 = arith.constant dense<0.5> : tensor<16x16x1x1xf32>
  %y = conv.fused(%x, %w0, %w1, %w2, %w3) schedule = #conv.band<rows = 1> {
  ^bb0(%in : tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>>, %f0 : tensor<16x1x3x3xf32>, %f1 : tensor<16x16x1x1xf32>, %f2 : tensor<16x1x3x3xf32>, %f3 : tensor<16x16x1x1xf32>):
    %a = conv.depthwise %in, %f0 {padding = [1, 1, 1, 1]}
      schedule = #conv.tile<rotate, columns = 8> : tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>>, tensor<16x1x3x3xf32> -> tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>>
    %b = conv.pointwise %a, %f1
      schedule = #conv.tile<broadcast, columns = 8> : tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>>, tensor<16x16x1x1xf32> -> tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>>
    %c = conv.depthwise %b, %f2 {stride = [2, 2], padding = [1, 1, 1, 1]}
      schedule = #conv.tile<rotate, columns = 4> : tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>>, tensor<16x1x3x3xf32> -> tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>
    %last = conv.pointwise %c, %f3
      schedule = #conv.tile<broadcast, columns = 4> : tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>, tensor<16x16x1x1xf32> -> tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>
    conv.yield %last : tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>
  } : tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>>, tensor<16x1x3x3xf32>, tensor<16x16x1x1xf32>, tensor<16x1x3x3xf32>, tensor<16x16x1x1xf32> -> tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>
  %result = conv.convert_layout %y : tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>> -> tensor<1x16x4x4xf32>
  func.return %result : tensor<1x16x4x4xf32>
}
