// RUN: not convopt %s -p "conv-outline-kernels{target=x86-64-v4}" 2>&1 | filecheck %s

// CHECK: invalid.mlir:7:3: expected conv.depthwise with a schedule (conv-choose-tiles), found none

func.func @main(%x : tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>) -> tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>> {
  %w = arith.constant dense<1.0> : tensor<16x1x3x3xf32>
  %y = conv.depthwise %x, %w {padding = [1, 1, 1, 1]} : tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>, tensor<16x1x3x3xf32> -> tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>
  func.return %y : tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>
}
