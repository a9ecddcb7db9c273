// RUN: convopt %s -p conv-raise-linalg | filecheck %s
// RUN: %if mlir-opt %{ %mlir_opt %s -o /dev/null %}

// Networks with channels last are transposed at their ends: what lies between is computed before it
// would be transposed. This is how TOSA becomes linalg.

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#first = affine_map<(d0, d1, d2, d3) -> (0, d1, d2, d3)>
#last = affine_map<(d0, d1, d2, d3) -> (d3)>

// CHECK-LABEL: func.func @network
// CHECK-NEXT:    %0 = conv.transpose %x {permutation = [0, 3, 1, 2]} : tensor<1x8x9x4xf32> -> tensor<1x4x8x9xf32>
// CHECK-NEXT:    %1 = conv.pad %0 {padding = [1, 1, 1, 1]}
// CHECK-NEXT:    %2 = arith.constant dense<{{.*}}> : tensor<8x1x3x3xf32>
// CHECK-NEXT:    %3 = conv.conv2d %1, %2 {groups = 4} : tensor<1x4x10x11xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x8x9xf32>
// CHECK-NEXT:    %4 = arith.constant dense<{{.*}}> : tensor<1x8x1x1xf32>
// CHECK-NEXT:    %5 = conv.elementwise(%4, %3) {
// CHECK:         } : tensor<1x8x1x1xf32>, tensor<1x8x8x9xf32> -> tensor<1x8x8x9xf32>
// CHECK-NEXT:    %6 = conv.elementwise(%5) {
// CHECK:         } : tensor<1x8x8x9xf32> -> tensor<1x8x8x9xf32>
// CHECK-NEXT:    %7 = conv.concat %5, %6 {axis = 1} : tensor<1x8x8x9xf32>, tensor<1x8x8x9xf32> -> tensor<1x16x8x9xf32>
// CHECK-NEXT:    %8 = conv.pool max %7 {kernel = [2, 3]} : tensor<1x16x8x9xf32> -> tensor<1x16x7x7xf32>
// CHECK-NEXT:    %9 = conv.transpose %8 {permutation = [0, 2, 3, 1]} : tensor<1x16x7x7xf32> -> tensor<1x7x7x16xf32>
// CHECK-NEXT:    func.return %9
func.func @network(%x: tensor<1x8x9x4xf32>) -> tensor<1x7x7x16xf32> {
  %w = arith.constant dense<0.3> : tensor<3x3x4x2xf32>
  %b = arith.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]> : tensor<8xf32>
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant -3.40282347E+38 : f32
  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
    tensor.yield %zero : f32
  } : tensor<1x8x9x4xf32> to tensor<1x10x11x4xf32>
  %0 = tensor.empty() : tensor<1x8x9x4x2xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<1x8x9x4x2xf32>) -> tensor<1x8x9x4x2xf32>
  %2 = linalg.depthwise_conv_2d_nhwc_hwcm {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%padded, %w : tensor<1x10x11x4xf32>, tensor<3x3x4x2xf32>) outs(%1 : tensor<1x8x9x4x2xf32>) -> tensor<1x8x9x4x2xf32>
  %3 = tensor.collapse_shape %2 [[0], [1], [2], [3, 4]] : tensor<1x8x9x4x2xf32> into tensor<1x8x9x8xf32>
  %4 = tensor.empty() : tensor<1x8x9x8xf32>
  %5 = linalg.generic {indexing_maps = [#last, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%b, %3 : tensor<8xf32>, tensor<1x8x9x8xf32>) outs(%4 : tensor<1x8x9x8xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %9 = arith.addf %in, %in_0 : f32
    linalg.yield %9 : f32
  } -> tensor<1x8x9x8xf32>
  %6 = linalg.generic {indexing_maps = [#first, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%5 : tensor<1x8x9x8xf32>) outs(%4 : tensor<1x8x9x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %9 = arith.maximumf %in, %zero : f32
    linalg.yield %9 : f32
  } -> tensor<1x8x9x8xf32>
  %7 = tensor.concat dim(3) %5, %6 : (tensor<1x8x9x8xf32>, tensor<1x8x9x8xf32>) -> tensor<1x8x9x16xf32>
  %window = tensor.empty() : tensor<2x3xf32>
  %empty = tensor.empty() : tensor<1x7x7x16xf32>
  %start = linalg.fill ins(%lowest : f32) outs(%empty : tensor<1x7x7x16xf32>) -> tensor<1x7x7x16xf32>
  %8 = linalg.pooling_nhwc_max {strides = dense<1> : tensor<2xi64>} ins(%7, %window : tensor<1x8x9x16xf32>, tensor<2x3xf32>) outs(%start : tensor<1x7x7x16xf32>) -> tensor<1x7x7x16xf32>
  return %8 : tensor<1x7x7x16xf32>
}

// Not where another operand would have to be transposed instead.
// CHECK-LABEL: func.func @other_operand
// CHECK:         [[T:%.*]] = conv.transpose {{.*}} {permutation = [0, 2, 3, 1]}
// CHECK-NEXT:    conv.elementwise([[T]], %y) {
// CHECK:         [[C:%.*]] = conv.concat [[T]], %y {axis = 3}
func.func @other_operand(%x: tensor<1x8x9x4xf32>, %w: tensor<1x1x4x4xf32>, %y: tensor<1x8x9x4xf32>) -> (tensor<1x8x9x4xf32>, tensor<1x8x9x8xf32>) {
  %zeros = arith.constant dense<0.0> : tensor<1x8x9x4xf32>
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x8x9x4xf32>, tensor<1x1x4x4xf32>) outs(%zeros : tensor<1x8x9x4xf32>) -> tensor<1x8x9x4xf32>
  %1 = linalg.add ins(%0, %y : tensor<1x8x9x4xf32>, tensor<1x8x9x4xf32>) outs(%zeros : tensor<1x8x9x4xf32>) -> tensor<1x8x9x4xf32>
  %2 = tensor.concat dim(3) %0, %y : (tensor<1x8x9x4xf32>, tensor<1x8x9x4xf32>) -> tensor<1x8x9x8xf32>
  return %1, %2 : tensor<1x8x9x4xf32>, tensor<1x8x9x8xf32>
}
