// RUN: convopt %s -p "conv-outline-kernels{target=x86-64-v4}" | filecheck %s
// RUN: convopt %s --target=x86-64-v4 --emit=object -o %t.o

// A whole inverted residual: one ring before the depthwise stage, which has a halo, and one behind it.
// The first stage asks for the next band's input, the last one works on pairs of channels.
// CHECK: func.func private @f32_pwdwpw3x3s1_24x8x8_nchw16c_2x8_
// CHECK-SAME: memref<1x3x4x8x16xf32> {llvm.noalias}, %{{[0-9]+}}: memref<1x3x2x8x16xf32> {llvm.noalias}, %{{[0-9]+}}: index, %{{[0-9]+}}: index)
// CHECK-SAME: conv.scratch = 2
// CHECK: conv.prefetch
func.func @main(%image : tensor<1x24x8x8xf32>) -> tensor<1x24x8x8xf32> {
  %x = conv.convert_layout %image : tensor<1x24x8x8xf32> -> tensor<1x24x8x8xf32, #conv.layout<nchwc, 16>>
  %w0 = arith.constant dense<0.5> : tensor<48x24x1x1xf32>
  %w1 = arith.constant dense<0.5> : tensor<48x1x3x3xf32>
  %w2 = arith.constant dense<0.5> : tensor<24x48x1x1xf32>
  %y = conv.fused(%x, %w0, %w1, %w2) schedule = #conv.band<rows = 2> {
  ^bb0(%in : tensor<1x24x8x8xf32, #conv.layout<nchwc, 16>>, %f0 : tensor<48x24x1x1xf32>, %f1 : tensor<48x1x3x3xf32>, %f2 : tensor<24x48x1x1xf32>):
    %a = conv.pointwise %in, %f0
      schedule = #conv.tile<broadcast, columns = 4, vectors = 3, prefetch = input> : tensor<1x24x8x8xf32, #conv.layout<nchwc, 16>>, tensor<48x24x1x1xf32> -> tensor<1x48x8x8xf32, #conv.layout<nchwc, 16>>
    %b = conv.depthwise %a, %f1 {padding = [1, 1, 1, 1]}
      schedule = #conv.tile<rotate, columns = 8> : tensor<1x48x8x8xf32, #conv.layout<nchwc, 16>>, tensor<48x1x3x3xf32> -> tensor<1x48x8x8xf32, #conv.layout<nchwc, 16>>
    %last = conv.pointwise %b, %f2
      schedule = #conv.tile<pairs, columns = 8> : tensor<1x48x8x8xf32, #conv.layout<nchwc, 16>>, tensor<24x48x1x1xf32> -> tensor<1x24x8x8xf32, #conv.layout<nchwc, 16>>
    conv.yield %last : tensor<1x24x8x8xf32, #conv.layout<nchwc, 16>>
  } : tensor<1x24x8x8xf32, #conv.layout<nchwc, 16>>, tensor<48x24x1x1xf32>, tensor<48x1x3x3xf32>, tensor<24x48x1x1xf32> -> tensor<1x24x8x8xf32, #conv.layout<nchwc, 16>>
  %result = conv.convert_layout %y : tensor<1x24x8x8xf32, #conv.layout<nchwc, 16>> -> tensor<1x24x8x8xf32>
  func.return %result : tensor<1x24x8x8xf32>
}
