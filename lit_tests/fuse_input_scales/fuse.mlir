// RUN: convopt %s -p conv-fuse-input-scales | filecheck %s

// CHECK-LABEL: func.func @scale
// CHECK-NEXT: conv.pointwise %x, %w scale(%s : tensor<1x4x1x1xf32>) :
// CHECK-NEXT: func.return
func.func @scale(%x: tensor<1x4x6x6xf32>, %s: tensor<1x4x1x1xf32>, %w: tensor<8x4x1x1xf32>) -> tensor<1x8x6x6xf32> {
  %0 = conv.elementwise(%s, %x) {
  ^bb0(%p: f32, %q: f32):
    %m = arith.mulf %p, %q : f32
    conv.yield %m : f32
  } : tensor<1x4x1x1xf32>, tensor<1x4x6x6xf32> -> tensor<1x4x6x6xf32>
  %1 = conv.pointwise %0, %w : tensor<1x4x6x6xf32>, tensor<8x4x1x1xf32> -> tensor<1x8x6x6xf32>
  func.return %1 : tensor<1x8x6x6xf32>
}
