// RUN: convopt %s -p conv-fuse-epilogues | filecheck %s

// Add, clip, multiply, divide: the multiplication reads the convolution again.
// CHECK-LABEL: func.func @diamond
// CHECK-NEXT: conv.pointwise %x, %w epilogue {
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: f32):
// CHECK-DAG: %[[THREE:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG: %[[SIX:.*]] = arith.constant 6.000000e+00 : f32
// CHECK: %[[SHIFTED:.*]] = arith.addf %[[ACC]], %[[THREE]] : f32
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[LOW:.*]] = arith.maxnumf %[[SHIFTED]], %[[ZERO]] : f32
// CHECK-NEXT: %[[CLIPPED:.*]] = arith.minnumf %[[LOW]], %[[SIX]] : f32
// CHECK-NEXT: %[[PRODUCT:.*]] = arith.mulf %[[ACC]], %[[CLIPPED]] : f32
// CHECK-NEXT: %[[RESULT:.*]] = arith.divf %[[PRODUCT]], %[[SIX]] : f32
// CHECK-NEXT: conv.yield %[[RESULT]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: func.return
func.func @diamond(%x: tensor<1x4x6x6xf32>, %w: tensor<4x4x1x1xf32>) -> tensor<1x4x6x6xf32> {
  %three = arith.constant dense<3.0> : tensor<f32>
  %six = arith.constant dense<6.0> : tensor<1xf32>
  %0 = conv.pointwise %x, %w : tensor<1x4x6x6xf32>, tensor<4x4x1x1xf32> -> tensor<1x4x6x6xf32>
  %1 = conv.elementwise(%0, %three) {
  ^bb0(%p: f32, %q: f32):
    %s = arith.addf %p, %q : f32
    conv.yield %s : f32
  } : tensor<1x4x6x6xf32>, tensor<f32> -> tensor<1x4x6x6xf32>
  %2 = conv.elementwise(%1) {
  ^bb0(%p: f32):
    %zero = arith.constant 0.0 : f32
    %low = arith.maxnumf %p, %zero : f32
    %high = arith.constant 6.0 : f32
    %clipped = arith.minnumf %low, %high : f32
    conv.yield %clipped : f32
  } : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xf32>
  %3 = conv.elementwise(%0, %2) {
  ^bb0(%p: f32, %q: f32):
    %m = arith.mulf %p, %q : f32
    conv.yield %m : f32
  } : tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32> -> tensor<1x4x6x6xf32>
  %4 = conv.elementwise(%3, %six) {
  ^bb0(%p: f32, %q: f32):
    %d = arith.divf %p, %q : f32
    conv.yield %d : f32
  } : tensor<1x4x6x6xf32>, tensor<1xf32> -> tensor<1x4x6x6xf32>
  func.return %4 : tensor<1x4x6x6xf32>
}
