// RUN: convopt %s -p conv-raise-linalg | filecheck %s
// RUN: %if mlir-opt %{ %mlir_opt %s -o /dev/null %}

// What a convolution adds to, besides zeros.

// CHECK-LABEL: func.func @number
// CHECK-NEXT:    %0 = conv.conv2d %x, %w epilogue {
// CHECK-NEXT:    ^bb0([[ACC:%.*]]: f32):
// CHECK-NEXT:      [[C:%.*]] = arith.constant 1.500000e+00 : f32
// CHECK-NEXT:      [[SUM:%.*]] = arith.addf [[ACC]], [[C]] : f32
// CHECK-NEXT:      conv.yield [[SUM]] : f32
func.func @number(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x1x1xf32>) -> tensor<1x6x8x8xf32> {
  %c = arith.constant 1.5 : f32
  %0 = tensor.empty() : tensor<1x6x8x8xf32>
  %1 = linalg.fill ins(%c : f32) outs(%0 : tensor<1x6x8x8xf32>) -> tensor<1x6x8x8xf32>
  %2 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x4x8x8xf32>, tensor<6x4x1x1xf32>) outs(%1 : tensor<1x6x8x8xf32>) -> tensor<1x6x8x8xf32>
  return %2 : tensor<1x6x8x8xf32>
}

// A bias, as linalg.broadcast and as linalg.generic say it.
// CHECK-LABEL: func.func @bias
// CHECK-NEXT:    conv.conv2d %x, %w epilogue(%b : tensor<6xf32>) {
// CHECK:         conv.transpose
// CHECK-NEXT:    conv.transpose
// CHECK-NEXT:    conv.conv2d {{.*}} epilogue(%b : tensor<6xf32>) {
func.func @bias(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x1x1xf32>, %y: tensor<1x8x8x4xf32>, %v: tensor<1x1x4x6xf32>, %b: tensor<6xf32>) -> (tensor<1x6x8x8xf32>, tensor<1x8x8x6xf32>) {
  %0 = tensor.empty() : tensor<1x6x8x8xf32>
  %1 = linalg.broadcast ins(%b : tensor<6xf32>) outs(%0 : tensor<1x6x8x8xf32>) dimensions = [0, 2, 3]
  %2 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x4x8x8xf32>, tensor<6x4x1x1xf32>) outs(%1 : tensor<1x6x8x8xf32>) -> tensor<1x6x8x8xf32>
  %3 = tensor.empty() : tensor<1x8x8x6xf32>
  %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%b : tensor<6xf32>) outs(%3 : tensor<1x8x8x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x8x8x6xf32>
  %5 = linalg.conv_2d_nhwc_hwcf ins(%y, %v : tensor<1x8x8x4xf32>, tensor<1x1x4x6xf32>) outs(%4 : tensor<1x8x8x6xf32>) -> tensor<1x8x8x6xf32>
  return %2, %5 : tensor<1x6x8x8xf32>, tensor<1x8x8x6xf32>
}

// A bias with axes for groups and channels of a group, in the wrong order.
// CHECK-LABEL: func.func @bias_of_groups
// CHECK:         [[T:%.*]] = conv.transpose %b {permutation = [1, 0]} : tensor<3x2xf32> -> tensor<2x3xf32>
// CHECK-NEXT:    [[B:%.*]] = conv.reshape [[T]] : tensor<2x3xf32> -> tensor<6xf32>
// CHECK-NEXT:    conv.conv2d {{.*}} {groups = 2} epilogue([[B]] : tensor<6xf32>) {
func.func @bias_of_groups(%x: tensor<1x2x2x8x8xf32>, %w: tensor<2x3x2x1x1xf32>, %b: tensor<3x2xf32>) -> tensor<1x2x3x8x8xf32> {
  %0 = tensor.empty() : tensor<1x2x3x8x8xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(n, g, f, h, w) -> (f, g)>, affine_map<(n, g, f, h, w) -> (n, g, f, h, w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%b : tensor<3x2xf32>) outs(%0 : tensor<1x2x3x8x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x3x8x8xf32>
  %2 = linalg.conv_2d_ngchw_gfchw ins(%x, %w : tensor<1x2x2x8x8xf32>, tensor<2x3x2x1x1xf32>) outs(%1 : tensor<1x2x3x8x8xf32>) -> tensor<1x2x3x8x8xf32>
  return %2 : tensor<1x2x3x8x8xf32>
}

// A value per group alone is no value per channel, but can be repeated.
// CHECK-LABEL: func.func @bias_of_groups_alone
// CHECK:         conv.elementwise(
// CHECK:         conv.conv2d {{.*}} {groups = 2} epilogue({{.*}} : tensor<1x6x8x8xf32>) {
func.func @bias_of_groups_alone(%x: tensor<1x2x2x8x8xf32>, %w: tensor<2x3x2x1x1xf32>, %b: tensor<2xf32>) -> tensor<1x2x3x8x8xf32> {
  %0 = tensor.empty() : tensor<1x2x3x8x8xf32>
  %1 = linalg.broadcast ins(%b : tensor<2xf32>) outs(%0 : tensor<1x2x3x8x8xf32>) dimensions = [0, 2, 3, 4]
  %2 = linalg.conv_2d_ngchw_gfchw ins(%x, %w : tensor<1x2x2x8x8xf32>, tensor<2x3x2x1x1xf32>) outs(%1 : tensor<1x2x3x8x8xf32>) -> tensor<1x2x3x8x8xf32>
  return %2 : tensor<1x2x3x8x8xf32>
}

// Any other tensor.
// CHECK-LABEL: func.func @tensor
// CHECK-NEXT:    conv.conv2d %x, %w epilogue(%r : tensor<1x6x8x8xf32>) {
func.func @tensor(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x1x1xf32>, %r: tensor<1x6x8x8xf32>) -> tensor<1x6x8x8xf32> {
  %0 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x4x8x8xf32>, tensor<6x4x1x1xf32>) outs(%r : tensor<1x6x8x8xf32>) -> tensor<1x6x8x8xf32>
  return %0 : tensor<1x6x8x8xf32>
}
