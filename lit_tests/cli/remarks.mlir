// RUN: convopt %s -p conv-specialize --remarks=passed 2>&1 >/dev/null | filecheck %s
// RUN: convopt %s -p conv-specialize --remarks --verify-diagnostics

// CHECK: features.1: passed: conv-specialize:
func.func @main(%x: tensor<1x8x6x6xf32>, %w: tensor<4x8x1x1xf32>) -> tensor<1x4x6x6xf32> {
  // expected-remark @unknown {{passed: conv-specialize:}}
  %y = conv.conv2d %x, %w : tensor<1x8x6x6xf32>, tensor<4x8x1x1xf32> -> tensor<1x4x6x6xf32> loc("features.1")
  func.return %y : tensor<1x4x6x6xf32>
}
