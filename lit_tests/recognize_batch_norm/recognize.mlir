// RUN: convopt %s -p conv-recognize-batch-norm | filecheck %s
// RUN: convopt %s -p conv-recognize-batch-norm --remarks=passed -o %t 2>&1 | filecheck %s --check-prefix=REMARK

// As torch-mlir prints it: subtract the mean, multiply by the inverse deviation and the scale, add.
// REMARK: recognize.mlir:{{.*}}: passed: conv-recognize-batch-norm: took over 4 elementwise operations
// CHECK-LABEL: func.func @after_convolution
// CHECK-NEXT:    %w = arith.constant
// CHECK-NEXT:    %0 = conv.conv2d %x, %w
// CHECK-NEXT:    %1 = arith.constant dense<[1.000000e+00, -6.000000e+00]> : tensor<2xf32>
// CHECK-NEXT:    %2 = arith.constant dense<[9.500000e+00, 1.400000e+01]> : tensor<2xf32>
// CHECK-NEXT:    %3 = arith.constant dense<0.000000e+00> : tensor<2xf32>
// CHECK-NEXT:    %4 = arith.constant dense<1.000000e+00> : tensor<2xf32>
// CHECK-NEXT:    %5 = conv.batch_norm %0, %1, %2, %3, %4 {epsilon = 0.000000e+00 : f32}
// CHECK-NEXT:    func.return %5
func.func @after_convolution(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  %mean = arith.constant dense<[[[0.5]], [[-0.5]]]> : tensor<2x1x1xf32>
  %inverse = arith.constant dense<[[[[0.5]], [[2.0]]]]> : tensor<1x2x1x1xf32>
  %scale = arith.constant dense<[[[2.0]], [[-3.0]]]> : tensor<2x1x1xf32>
  %shift = arith.constant dense<[[[10.0]], [[17.0]]]> : tensor<2x1x1xf32>
  %0 = conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %1 = conv.elementwise(%0, %mean) {
  ^bb0(%a: f32, %b: f32):
    %d = arith.subf %a, %b : f32
    conv.yield %d : f32
  } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
  %2 = conv.elementwise(%1, %inverse) {
  ^bb0(%a: f32, %b: f32):
    %p = arith.mulf %a, %b : f32
    conv.yield %p : f32
  } : tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %3 = conv.elementwise(%2, %scale) {
  ^bb0(%a: f32, %b: f32):
    %p = arith.mulf %b, %a : f32
    conv.yield %p : f32
  } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
  %4 = conv.elementwise(%3, %shift) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    conv.yield %s : f32
  } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
  func.return %4 : tensor<1x2x4x4xf32>
}

// Elsewhere it pays where more than a factor and an offset are read.
// REMARK-NEXT: recognize.mlir:{{.*}}: passed: conv-recognize-batch-norm: took over 1 elementwise operation
// CHECK-LABEL: func.func @alone
// CHECK:         arith.constant dense<[2.000000e+00, 4.000000e+00]> : tensor<2xf32>
// CHECK-NEXT:    arith.constant dense<[0.000000e+00, -1.600000e+01]> : tensor<2xf32>
// CHECK:         conv.batch_norm %x
func.func @alone(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %mean = arith.constant dense<[[[-1.0]], [[3.0]]]> : tensor<2x1x1xf32>
  %scale = arith.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %shift = arith.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = conv.elementwise(%x, %mean, %scale, %shift) {
  ^bb0(%a: f32, %m: f32, %s: f32, %t: f32):
    %half = arith.constant 5.0e-01 : f32
    %d = arith.subf %m, %a : f32
    %n = arith.negf %d : f32
    %p = arith.mulf %n, %s : f32
    %r = arith.subf %p, %t : f32
    %q = arith.divf %r, %half : f32
    conv.yield %q : f32
  } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32>, tensor<2x1x1xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
  func.return %0 : tensor<1x2x4x4xf32>
}
