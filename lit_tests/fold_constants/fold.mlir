// RUN: convopt %s -p conv-fold-constants | filecheck %s

// CHECK-LABEL: func.func @arithmetic_on_weights
// CHECK-NEXT: %[[B:.*]] = arith.constant dense<{{\[\[\[}}5.000000e-01]], {{\[\[}}1.000000e+00]]]> : tensor<2x1x1xf32>
// CHECK-NEXT: conv.elementwise(%x, %[[B]])
func.func @arithmetic_on_weights(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %a = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = conv.elementwise(%a) {
  ^bb0(%s: f32):
    %half = arith.constant 0.5 : f32
    %m = arith.mulf %s, %half : f32
    conv.yield %m : f32
  } : tensor<2xf32> -> tensor<2xf32>
  %c = conv.reshape %b : tensor<2xf32> -> tensor<2x1x1xf32>
  %y = conv.elementwise(%x, %c) {
  ^bb0(%s: f32, %t: f32):
    %m = arith.mulf %s, %t : f32
    conv.yield %m : f32
  } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
  func.return %y : tensor<1x2x4x4xf32>
}

// CHECK-LABEL: func.func @identities
// CHECK-NEXT: func.return %x
func.func @identities(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %0 = conv.elementwise(%x) {
  ^bb0(%s: f32):
    conv.yield %s : f32
  } : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
  %1 = conv.reshape %0 : tensor<1x2x4x4xf32> -> tensor<32xf32>
  %2 = conv.reshape %1 : tensor<32xf32> -> tensor<1x2x4x4xf32>
  %3 = conv.transpose %2 {permutation = [0, 3, 1, 2]} : tensor<1x2x4x4xf32> -> tensor<1x4x2x4xf32>
  %4 = conv.transpose %3 {permutation = [0, 2, 3, 1]} : tensor<1x4x2x4xf32> -> tensor<1x2x4x4xf32>
  %5 = conv.pad %4 {padding = [0, 0, 0, 0]} : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
  func.return %5 : tensor<1x2x4x4xf32>
}

// CHECK-LABEL: func.func @unused
// CHECK-NEXT: func.return %x
func.func @unused(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  %0 = conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %1 = conv.global_pool average %0 : tensor<1x2x4x4xf32> -> tensor<1x2x1x1xf32>
  func.return %x : tensor<1x2x4x4xf32>
}
