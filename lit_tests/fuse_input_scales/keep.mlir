// RUN: convopt %s -p conv-fuse-input-scales | filecheck %s
// RUN: convopt %s -p conv-fuse-input-scales --remarks=missed -o %t 2>&1 | filecheck %s --check-prefix=REMARK

// REMARK: then relu: missed: conv-fuse-input-scales: the operation does more than multiply
// REMARK-NEXT: depthwise: missed: conv-fuse-input-scales: conv.depthwise reads the scaled tensor, not a pointwise convolution

// CHECK-LABEL: func.func @more_than_a_product
// CHECK-NEXT: conv.elementwise
// CHECK: conv.pointwise %{{.*}}, %w :
func.func @more_than_a_product(%x: tensor<1x4x6x6xf32>, %s: tensor<1x4x1x1xf32>, %w: tensor<8x4x1x1xf32>) -> tensor<1x8x6x6xf32> {
  %0 = conv.elementwise(%x, %s) {
  ^bb0(%p: f32, %q: f32):
    %zero = arith.constant 0.0 : f32
    %m = arith.mulf %p, %q : f32
    %r = arith.maxnumf %m, %zero : f32
    conv.yield %r : f32
  } : tensor<1x4x6x6xf32>, tensor<1x4x1x1xf32> -> tensor<1x4x6x6xf32> loc("then relu")
  %1 = conv.pointwise %0, %w : tensor<1x4x6x6xf32>, tensor<8x4x1x1xf32> -> tensor<1x8x6x6xf32>
  func.return %1 : tensor<1x8x6x6xf32>
}

// CHECK-LABEL: func.func @not_pointwise
// CHECK-NEXT: conv.elementwise
// CHECK: conv.depthwise %{{.*}}, %w :
func.func @not_pointwise(%x: tensor<1x4x6x6xf32>, %s: tensor<1x4x1x1xf32>, %w: tensor<4x1x3x3xf32>) -> tensor<1x4x4x4xf32> {
  %0 = conv.elementwise(%x, %s) {
  ^bb0(%p: f32, %q: f32):
    %m = arith.mulf %p, %q : f32
    conv.yield %m : f32
  } : tensor<1x4x6x6xf32>, tensor<1x4x1x1xf32> -> tensor<1x4x6x6xf32> loc("depthwise")
  %1 = conv.depthwise %0, %w : tensor<1x4x6x6xf32>, tensor<4x1x3x3xf32> -> tensor<1x4x4x4xf32>
  func.return %1 : tensor<1x4x4x4xf32>
}
