// RUN: convopt %s -p conv-raise-linalg | filecheck %s

// Named operations of newer MLIR than the one that other tests are checked with.

// CHECK-LABEL: func.func @nhwgc_gfhwc
// CHECK-NEXT:    conv.reshape %x : tensor<1x8x9x2x2xf32> -> tensor<1x8x9x4xf32>
// CHECK-NEXT:    conv.transpose {{.*}} {permutation = [0, 3, 1, 2]} : tensor<1x8x9x4xf32> -> tensor<1x4x8x9xf32>
// CHECK-NEXT:    conv.reshape %w : tensor<2x3x3x3x2xf32> -> tensor<6x3x3x2xf32>
// CHECK-NEXT:    conv.transpose {{.*}} {permutation = [0, 3, 1, 2]} : tensor<6x3x3x2xf32> -> tensor<6x2x3x3xf32>
// CHECK-NEXT:    conv.conv2d {{.*}} {groups = 2} : tensor<1x4x8x9xf32>, tensor<6x2x3x3xf32> -> tensor<1x6x6x7xf32>
// CHECK-NEXT:    conv.reshape {{.*}} : tensor<1x6x6x7xf32> -> tensor<1x2x3x6x7xf32>
// CHECK-NEXT:    conv.transpose {{.*}} {permutation = [0, 3, 4, 1, 2]} : tensor<1x2x3x6x7xf32> -> tensor<1x6x7x2x3xf32>
func.func @nhwgc_gfhwc(%x: tensor<1x8x9x2x2xf32>, %w: tensor<2x3x3x3x2xf32>) -> tensor<1x6x7x2x3xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x6x7x2x3xf32>
  %0 = linalg.conv_2d_nhwgc_gfhwc ins(%x, %w : tensor<1x8x9x2x2xf32>, tensor<2x3x3x3x2xf32>) outs(%zeros : tensor<1x6x7x2x3xf32>) -> tensor<1x6x7x2x3xf32>
  return %0 : tensor<1x6x7x2x3xf32>
}

// CHECK-LABEL: func.func @transposed_by_maps
// CHECK-NEXT:    conv.reshape %a : tensor<2x3xf32> -> tensor<2x3x1x1xf32>
// CHECK-NEXT:    conv.reshape %b : tensor<4x3xf32> -> tensor<4x3x1x1xf32>
// CHECK-NEXT:    conv.conv2d
func.func @transposed_by_maps(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<2x4xf32>
  %0 = "linalg.matmul"(%a, %b, %zeros) <{indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) -> (i, j)>], operandSegmentSizes = array<i32: 2, 1>}> ({
  ^bb0(%l: f32, %r: f32, %o: f32):
    %1 = arith.mulf %l, %r : f32
    %2 = arith.addf %o, %1 : f32
    linalg.yield %2 : f32
  }) : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
