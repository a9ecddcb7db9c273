// RUN: convopt %s -p conv-fuse-epilogues | filecheck %s

// CHECK-LABEL: func.func @bias_residual_relu
// CHECK-NEXT: %[[B:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK-NEXT: conv.pointwise %x, %w epilogue(%[[B]], %x : tensor<2xf32>, tensor<1x2x6x6xf32>) {
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: f32, %[[BIAS:.*]]: f32, %[[SHORTCUT:.*]]: f32):
// CHECK-NEXT: %[[BIASED:.*]] = arith.addf %[[ACC]], %[[BIAS]] : f32
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[SHORTCUT]], %[[BIASED]] : f32
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[RELU:.*]] = arith.maxnumf %[[SUM]], %[[ZERO]] : f32
// CHECK-NEXT: conv.yield %[[RELU]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: func.return
func.func @bias_residual_relu(%x: tensor<1x2x6x6xf32>, %w: tensor<2x2x1x1xf32>) -> tensor<1x2x6x6xf32> {
  %b = arith.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = conv.pointwise %x, %w : tensor<1x2x6x6xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x6x6xf32>
  %1 = conv.elementwise(%0, %b) {
  ^bb0(%p: f32, %q: f32):
    %s = arith.addf %p, %q : f32
    conv.yield %s : f32
  } : tensor<1x2x6x6xf32>, tensor<2x1x1xf32> -> tensor<1x2x6x6xf32>
  %2 = conv.elementwise(%x, %1) {
  ^bb0(%p: f32, %q: f32):
    %s = arith.addf %p, %q : f32
    conv.yield %s : f32
  } : tensor<1x2x6x6xf32>, tensor<1x2x6x6xf32> -> tensor<1x2x6x6xf32>
  %3 = conv.elementwise(%2) {
  ^bb0(%p: f32):
    %zero = arith.constant 0.0 : f32
    %r = arith.maxnumf %p, %zero : f32
    conv.yield %r : f32
  } : tensor<1x2x6x6xf32> -> tensor<1x2x6x6xf32>
  func.return %3 : tensor<1x2x6x6xf32>
}

// The later convolution takes the sum.
// CHECK-LABEL: func.func @two_convolutions
// CHECK-NEXT: %[[FIRST:.*]] = conv.pointwise %x, %v :
// CHECK-NEXT: conv.pointwise %x, %w epilogue(%[[FIRST]] : tensor<1x2x6x6xf32>) {
func.func @two_convolutions(%x: tensor<1x2x6x6xf32>, %v: tensor<2x2x1x1xf32>, %w: tensor<2x2x1x1xf32>) -> tensor<1x2x6x6xf32> {
  %0 = conv.pointwise %x, %v : tensor<1x2x6x6xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x6x6xf32>
  %1 = conv.pointwise %x, %w : tensor<1x2x6x6xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x6x6xf32>
  %2 = conv.elementwise(%0, %1) {
  ^bb0(%p: f32, %q: f32):
    %s = arith.addf %p, %q : f32
    conv.yield %s : f32
  } : tensor<1x2x6x6xf32>, tensor<1x2x6x6xf32> -> tensor<1x2x6x6xf32>
  func.return %2 : tensor<1x2x6x6xf32>
}
