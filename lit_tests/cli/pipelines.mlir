// Both spellings of a pipeline, and the target for passes that do not name one.
// RUN: convopt %s -p "conv-specialize,conv-assign-layouts{target=x86-64-v3}" | filecheck %s
// RUN: convopt %s --pass-pipeline "builtin.module(conv-specialize,conv-assign-layouts{target=x86-64-v3})" | filecheck %s
// RUN: convopt %s -p conv-specialize,conv-assign-layouts --target=x86-64-v3 | filecheck %s
// RUN: convopt - -p conv-specialize,conv-assign-layouts --target=x86-64-v3 < %s | filecheck %s

// CHECK: conv.depthwise {{.*}} : tensor<1x8x6x6xf32, #conv.layout<nchwc, 8>>, tensor<8x1x3x3xf32> -> tensor<1x8x4x4xf32, #conv.layout<nchwc, 8>>
func.func @main(%x: tensor<1x8x6x6xf32>, %w: tensor<8x1x3x3xf32>) -> tensor<1x8x4x4xf32> {
  %y = conv.conv2d %x, %w {groups = 8} : tensor<1x8x6x6xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x4x4xf32>
  func.return %y : tensor<1x8x4x4xf32>
}
