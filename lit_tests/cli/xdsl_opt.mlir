// Plain xdsl-opt knows the dialect and the passes.
// RUN: xdsl-opt %s -p conv-specialize | filecheck %s

// CHECK: conv.pointwise %x, %w : tensor<1x8x6x6xf32>, tensor<4x8x1x1xf32> -> tensor<1x4x6x6xf32>
func.func @main(%x: tensor<1x8x6x6xf32>, %w: tensor<4x8x1x1xf32>) -> tensor<1x4x6x6xf32> {
  %y = conv.conv2d %x, %w : tensor<1x8x6x6xf32>, tensor<4x8x1x1xf32> -> tensor<1x4x6x6xf32>
  func.return %y : tensor<1x4x6x6xf32>
}
