// RUN: convopt %s -p conv-fold-batch-norm | filecheck %s

// CHECK-LABEL: func.func @after_convolution
// CHECK-DAG: dense<{{\[\[\[\[}}5.000000e-01]]], {{\[\[\[}}4.000000e+00]]]]> : tensor<2x1x1x1xf32>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[-2.500000e-01, 0.000000e+00]> : tensor<2xf32>
// CHECK: conv.conv2d %x, %{{.*}} {padding = [1, 0, 0, 0]} epilogue(%[[BIAS]] : tensor<2xf32>) {
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: f32, %[[B:.*]]: f32):
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[ACC]], %[[B]] : f32
// CHECK-NEXT: conv.yield %[[SUM]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: func.return
func.func @after_convolution(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x5x4xf32> {
  %w = arith.constant dense<[[[[1.0]]], [[[2.0]]]]> : tensor<2x1x1x1xf32>
  %scale = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %shift = arith.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %mean = arith.constant dense<[0.5, 0.5]> : tensor<2xf32>
  %variance = arith.constant dense<[4.0, 1.0]> : tensor<2xf32>
  %0 = conv.conv2d %x, %w {padding = [1, 0, 0, 0]} : tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32> -> tensor<1x2x5x4xf32>
  %1 = conv.batch_norm %0, %scale, %shift, %mean, %variance {epsilon = 0.0 : f32} : tensor<1x2x5x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x2x5x4xf32>
  func.return %1 : tensor<1x2x5x4xf32>
}

// CHECK-LABEL: func.func @before_convolution
// CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[\[}}5.000000e-01]], {{\[\[}}4.000000e+00]]]]> : tensor<1x2x1x1xf32>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<-2.500000e-01> : tensor<1xf32>
// CHECK: conv.conv2d %x, %[[WEIGHTS]] epilogue(%[[BIAS]] : tensor<1xf32>)
func.func @before_convolution(%x: tensor<1x2x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %w = arith.constant dense<[[[[1.0]], [[2.0]]]]> : tensor<1x2x1x1xf32>
  %scale = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %shift = arith.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %mean = arith.constant dense<[0.5, 0.5]> : tensor<2xf32>
  %variance = arith.constant dense<[4.0, 1.0]> : tensor<2xf32>
  %0 = conv.batch_norm %x, %scale, %shift, %mean, %variance {epsilon = 0.0 : f32} : tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x2x4x4xf32>
  %1 = conv.conv2d %0, %w : tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32> -> tensor<1x1x4x4xf32>
  func.return %1 : tensor<1x1x4x4xf32>
}
