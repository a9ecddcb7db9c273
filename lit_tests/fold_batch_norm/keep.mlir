// RUN: convopt %s -p conv-fold-batch-norm | filecheck %s
// RUN: convopt %s -p conv-fold-batch-norm --remarks=missed -o %t 2>&1 | filecheck %s --check-prefix=REMARK

// REMARK: unknown mean: missed: conv-fold-batch-norm: the mean is not a constant
// REMARK-NEXT: padded: missed: conv-fold-batch-norm: the convolution after it pads with zeros

// CHECK-LABEL: func.func @unknown_mean
// CHECK: conv.conv2d
// CHECK-NEXT: conv.batch_norm
func.func @unknown_mean(%x: tensor<1x2x4x4xf32>, %mean: tensor<2xf32>) -> tensor<1x2x4x4xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  %ones = arith.constant dense<1.0> : tensor<2xf32>
  %0 = conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %1 = conv.batch_norm %0, %ones, %ones, %mean, %ones {epsilon = 0.0 : f32} : tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x2x4x4xf32> loc("unknown mean")
  func.return %1 : tensor<1x2x4x4xf32>
}

// Not into the weights, but still cheaper than a batch norm.
// CHECK-LABEL: func.func @padded_convolution_after
// CHECK: %[[FACTOR:.*]] = arith.constant dense<{{\[\[\[\[}}5.000000e-01]], {{\[\[}}1.000000e+00]]]]> : tensor<1x2x1x1xf32>
// CHECK: %[[OFFSET:.*]] = arith.constant dense<{{\[\[\[\[}}5.000000e-01]], {{\[\[}}0.000000e+00]]]]> : tensor<1x2x1x1xf32>
// CHECK-NEXT: conv.elementwise(%x, %[[FACTOR]], %[[OFFSET]]) {
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: conv.conv2d
func.func @padded_convolution_after(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x6x6xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  %ones = arith.constant dense<1.0> : tensor<2xf32>
  %variance = arith.constant dense<[4.0, 1.0]> : tensor<2xf32>
  %0 = conv.batch_norm %x, %ones, %ones, %ones, %variance {epsilon = 0.0 : f32} : tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x2x4x4xf32> loc("padded")
  %1 = conv.conv2d %0, %w {padding = [1, 1, 1, 1]} : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x6x6xf32>
  func.return %1 : tensor<1x2x6x6xf32>
}
