// RUN: convopt %s -p conv-raise-linalg | filecheck %s
// RUN: %if mlir-opt %{ %mlir_opt %s -o /dev/null %}

// What torch-mlir prints for a fully connected layer. Operations on constants are computed.
// CHECK-LABEL: func.func @linear
// CHECK-NEXT:    %0 = conv.reshape %x : tensor<1x3xf32> -> tensor<1x3x1x1xf32>
// CHECK-NEXT:    %1 = arith.constant dense<{{\[\[\[\[1.0}}{{.*}}> : tensor<2x3x1x1xf32>
// CHECK-NEXT:    %2 = conv.conv2d %0, %1 : tensor<1x3x1x1xf32>, tensor<2x3x1x1xf32> -> tensor<1x2x1x1xf32>
// CHECK-NEXT:    %3 = conv.reshape %2 : tensor<1x2x1x1xf32> -> tensor<1x2xf32>
// CHECK-NEXT:    %b = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK-NEXT:    %4 = conv.elementwise(%3, %b) {
// CHECK-NEXT:    ^bb0([[A:%.*]]: f32, [[B:%.*]]: f32):
// CHECK-NEXT:      [[SUM:%.*]] = arith.addf [[A]], [[B]] : f32
// CHECK-NEXT:      conv.yield [[SUM]] : f32
// CHECK-NEXT:    } : tensor<1x2xf32>, tensor<2xf32> -> tensor<1x2xf32>
func.func @linear(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %zero = arith.constant 0.0 : f32
  %0 = tensor.empty() : tensor<3x2xf32>
  %transposed = linalg.transpose ins(%w : tensor<2x3xf32>) outs(%0 : tensor<3x2xf32>) permutation = [1, 0]
  %1 = tensor.empty() : tensor<1x2xf32>
  %2 = linalg.fill ins(%zero : f32) outs(%1 : tensor<1x2xf32>) -> tensor<1x2xf32>
  %3 = linalg.matmul ins(%x, %transposed : tensor<1x3xf32>, tensor<3x2xf32>) outs(%2 : tensor<1x2xf32>) -> tensor<1x2xf32>
  %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%3, %b : tensor<1x2xf32>, tensor<2xf32>) outs(%1 : tensor<1x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %5 = arith.addf %in, %in_0 : f32
    linalg.yield %5 : f32
  } -> tensor<1x2xf32>
  return %4 : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @transposed
// CHECK:         conv.transpose %a {permutation = [1, 0]} : tensor<3x2xf32> -> tensor<2x3xf32>
// CHECK:         conv.conv2d {{.*}} : tensor<2x3x1x1xf32>, tensor<4x3x1x1xf32> -> tensor<2x4x1x1xf32>
// CHECK:         conv.conv2d {{.*}} : tensor<2x4x1x1xf32>, tensor<5x4x1x1xf32> -> tensor<2x5x1x1xf32>
func.func @transposed(%a: tensor<3x2xf32>, %b: tensor<3x4xf32>, %c: tensor<5x4xf32>) -> tensor<2x5xf32> {
  %zeros = arith.constant dense<0.0> : tensor<2x4xf32>
  %0 = linalg.matmul_transpose_a ins(%a, %b : tensor<3x2xf32>, tensor<3x4xf32>) outs(%zeros : tensor<2x4xf32>) -> tensor<2x4xf32>
  %others = arith.constant dense<0.0> : tensor<2x5xf32>
  %1 = linalg.matmul_transpose_b ins(%0, %c : tensor<2x4xf32>, tensor<5x4xf32>) outs(%others : tensor<2x5xf32>) -> tensor<2x5xf32>
  return %1 : tensor<2x5xf32>
}

// Of a batch of products, each is a group.
// CHECK-LABEL: func.func @batch
// CHECK-NEXT:    conv.transpose %a {permutation = [1, 0, 2]} : tensor<5x2x3xf32> -> tensor<2x5x3xf32>
// CHECK-NEXT:    conv.reshape {{.*}} -> tensor<2x15x1x1xf32>
// CHECK-NEXT:    conv.transpose %b {permutation = [0, 2, 1]} : tensor<5x3x4xf32> -> tensor<5x4x3xf32>
// CHECK-NEXT:    conv.reshape {{.*}} -> tensor<20x3x1x1xf32>
// CHECK-NEXT:    conv.conv2d {{.*}} {groups = 5} : tensor<2x15x1x1xf32>, tensor<20x3x1x1xf32> -> tensor<2x20x1x1xf32>
// CHECK-NEXT:    conv.reshape {{.*}} -> tensor<2x5x4xf32>
// CHECK-NEXT:    conv.transpose {{.*}} {permutation = [1, 0, 2]} : tensor<2x5x4xf32> -> tensor<5x2x4xf32>
func.func @batch(%a: tensor<5x2x3xf32>, %b: tensor<5x3x4xf32>) -> tensor<5x2x4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<5x2x4xf32>
  %0 = linalg.batch_matmul ins(%a, %b : tensor<5x2x3xf32>, tensor<5x3x4xf32>) outs(%zeros : tensor<5x2x4xf32>) -> tensor<5x2x4xf32>
  return %0 : tensor<5x2x4xf32>
}

// CHECK-LABEL: func.func @batch_transposed
// CHECK:         conv.conv2d {{.*}} {groups = 5}
// CHECK:         conv.conv2d {{.*}} {groups = 5}
func.func @batch_transposed(%a: tensor<5x3x2xf32>, %b: tensor<5x3x4xf32>, %c: tensor<5x6x4xf32>) -> tensor<5x2x6xf32> {
  %zeros = arith.constant dense<0.0> : tensor<5x2x4xf32>
  %0 = linalg.batch_matmul_transpose_a ins(%a, %b : tensor<5x3x2xf32>, tensor<5x3x4xf32>) outs(%zeros : tensor<5x2x4xf32>) -> tensor<5x2x4xf32>
  %others = arith.constant dense<0.0> : tensor<5x2x6xf32>
  %1 = linalg.batch_matmul_transpose_b ins(%0, %c : tensor<5x2x4xf32>, tensor<5x6x4xf32>) outs(%others : tensor<5x2x6xf32>) -> tensor<5x2x6xf32>
  return %1 : tensor<5x2x6xf32>
}

// CHECK-LABEL: func.func @vector
// CHECK:         conv.conv2d {{.*}} : tensor<1x3x1x1xf32>, tensor<4x3x1x1xf32> -> tensor<1x4x1x1xf32>
// CHECK-NEXT:    conv.reshape {{.*}} -> tensor<4xf32>
func.func @vector(%a: tensor<3xf32>, %b: tensor<3x4xf32>) -> tensor<4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<4xf32>
  %0 = linalg.vecmat ins(%a, %b : tensor<3xf32>, tensor<3x4xf32>) outs(%zeros : tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
