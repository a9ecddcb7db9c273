// RUN: convopt %s -p conv-lower-precision{to=f16} | filecheck %s
// RUN: convopt %s -p conv-lower-precision --remarks=missed -o %t 2>&1 | filecheck %s --check-prefix=REMARK

// REMARK: probabilities: missed: conv-lower-precision: left as it is: no f16 for conv.softmax
// REMARK-NEXT: large: missed: conv-lower-precision: left as it is: reads a constant beyond the 65504 of f16

// CHECK-LABEL: func.func @borders
// CHECK-SAME: (%x: tensor<1x2x4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>)
// CHECK: %[[B:.*]] = arith.constant dense<[1.000000e-01, 2.000000e-01]> : tensor<2xf32>
// CHECK: %[[X:.*]] = conv.cast %x : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf16>
// CHECK: %[[W:.*]] = arith.constant dense<9.997560e-02> : tensor<2x2x1x1xf16>
// CHECK: %[[Y:.*]] = conv.pointwise %[[X]], %[[W]] epilogue(%[[B]], %[[X]] : tensor<2xf32>, tensor<1x2x4x4xf16>) {
// CHECK-NEXT: ^bb0(%{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f32):
// CHECK: } : tensor<1x2x4x4xf16>, tensor<2x2x1x1xf16> -> tensor<1x2x4x4xf16>
// CHECK: %[[P:.*]] = conv.global_pool average %[[Y]] : tensor<1x2x4x4xf16> -> tensor<1x2x1x1xf16>
// CHECK: %[[Q:.*]] = conv.cast %[[P]] : tensor<1x2x1x1xf16> -> tensor<1x2x1x1xf32>
// CHECK: %[[S:.*]] = conv.softmax %[[Q]] {axis = 1} : tensor<1x2x1x1xf32> -> tensor<1x2x1x1xf32>
// CHECK: %[[T:.*]] = conv.cast %[[S]] : tensor<1x2x1x1xf32> -> tensor<1x2x1x1xf16>
// CHECK: %[[Z:.*]] = conv.elementwise(%[[Y]], %[[T]]) {
// CHECK: } : tensor<1x2x4x4xf16>, tensor<1x2x1x1xf16> -> tensor<1x2x4x4xf16>
// CHECK: %[[Z32:.*]] = conv.cast %[[Z]] : tensor<1x2x4x4xf16> -> tensor<1x2x4x4xf32>
// CHECK: %[[L:.*]] = conv.depthwise %[[Z32]], %{{.*}} : tensor<1x2x4x4xf32>, tensor<2x1x1x1xf32> -> tensor<1x2x4x4xf32>
// CHECK-NEXT: func.return %[[L]], %[[Z32]]
func.func @borders(%x: tensor<1x2x4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) {
  %w = arith.constant dense<0.1> : tensor<2x2x1x1xf32>
  %b = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %huge = arith.constant dense<1.0e5> : tensor<2x1x1x1xf32>
  %0 = conv.pointwise %x, %w epilogue(%b, %x : tensor<2xf32>, tensor<1x2x4x4xf32>) {
  ^bb0(%acc: f32, %bias: f32, %residual: f32):
    %s = arith.addf %acc, %bias : f32
    %t = arith.addf %s, %residual : f32
    conv.yield %t : f32
  } : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %1 = conv.global_pool average %0 : tensor<1x2x4x4xf32> -> tensor<1x2x1x1xf32>
  %2 = conv.softmax %1 {axis = 1} : tensor<1x2x1x1xf32> -> tensor<1x2x1x1xf32> loc("probabilities")
  %3 = conv.elementwise(%0, %2) {
  ^bb0(%p: f32, %q: f32):
    %m = arith.mulf %p, %q : f32
    conv.yield %m : f32
  } : tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %4 = conv.depthwise %3, %huge : tensor<1x2x4x4xf32>, tensor<2x1x1x1xf32> -> tensor<1x2x4x4xf32> loc("large")
  func.return %4, %3 : tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>
}
