// RUN: convopt %s -p conv-raise-linalg | filecheck %s
// RUN: %if mlir-opt %{ %mlir_opt %s -o /dev/null %}

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>

// CHECK-LABEL: func.func @max
// CHECK-NEXT:    %0 = conv.pad %x {padding = [1, 1, 1, 1], value = 0xff800000 : f32} : tensor<1x4x8x9xf32> -> tensor<1x4x10x11xf32>
// CHECK-NEXT:    %1 = conv.pool max %0 {kernel = [3, 3], stride = [2, 2]} : tensor<1x4x10x11xf32> -> tensor<1x4x4x5xf32>
// CHECK-NEXT:    func.return %1
func.func @max(%x: tensor<1x4x8x9xf32>) -> tensor<1x4x4x5xf32> {
  %lowest = arith.constant 0xFF800000 : f32
  %padded = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
    tensor.yield %lowest : f32
  } : tensor<1x4x8x9xf32> to tensor<1x4x10x11xf32>
  %0 = tensor.empty() : tensor<1x4x4x5xf32>
  %1 = linalg.fill ins(%lowest : f32) outs(%0 : tensor<1x4x4x5xf32>) -> tensor<1x4x4x5xf32>
  %2 = tensor.empty() : tensor<3x3xf32>
  %3 = linalg.pooling_nchw_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded, %2 : tensor<1x4x10x11xf32>, tensor<3x3xf32>) outs(%1 : tensor<1x4x4x5xf32>) -> tensor<1x4x4x5xf32>
  return %3 : tensor<1x4x4x5xf32>
}

// A maximum that starts from another number than the lowest, over NHWC.
// CHECK-LABEL: func.func @max_of_more
// CHECK-NEXT:    conv.transpose %x {permutation = [0, 3, 1, 2]}
// CHECK-NEXT:    conv.pool max {{.*}} {kernel = [2, 3], dilation = [2, 1]} : tensor<1x4x8x9xf32> -> tensor<1x4x6x7xf32>
// CHECK-NEXT:    conv.transpose {{.*}} {permutation = [0, 2, 3, 1]}
// CHECK-NEXT:    conv.elementwise
// CHECK:           arith.constant 0.000000e+00
// CHECK:           arith.maxnumf
func.func @max_of_more(%x: tensor<1x8x9x4xf32>) -> tensor<1x6x7x4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x6x7x4xf32>
  %size = tensor.empty() : tensor<2x3xf32>
  %0 = linalg.pooling_nhwc_max {dilations = dense<[2, 1]> : vector<2xi64>} ins(%x, %size : tensor<1x8x9x4xf32>, tensor<2x3xf32>) outs(%zeros : tensor<1x6x7x4xf32>) -> tensor<1x6x7x4xf32>
  return %0 : tensor<1x6x7x4xf32>
}

// A sum, divided by the size of the window: zeros of the padding count.
// CHECK-LABEL: func.func @average
// CHECK-NEXT:    %0 = conv.pad %x {padding = [1, 1, 1, 1]}
// CHECK-NEXT:    %1 = conv.pool average %0 {kernel = [3, 3], stride = [2, 2]} : tensor<1x4x10x11xf32> -> tensor<1x4x4x5xf32>
// CHECK-NEXT:    func.return %1
func.func @average(%x: tensor<1x4x8x9xf32>) -> tensor<1x4x4x5xf32> {
  %zero = arith.constant 0.0 : f32
  %nine = arith.constant 9.0 : f32
  %padded = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
    tensor.yield %zero : f32
  } : tensor<1x4x8x9xf32> to tensor<1x4x10x11xf32>
  %0 = tensor.empty() : tensor<1x4x4x5xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<1x4x4x5xf32>) -> tensor<1x4x4x5xf32>
  %2 = tensor.empty() : tensor<3x3xf32>
  %3 = linalg.pooling_nchw_sum {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded, %2 : tensor<1x4x10x11xf32>, tensor<3x3xf32>) outs(%1 : tensor<1x4x4x5xf32>) -> tensor<1x4x4x5xf32>
  %4 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3 : tensor<1x4x4x5xf32>) outs(%0 : tensor<1x4x4x5xf32>) {
  ^bb0(%in: f32, %out: f32):
    %5 = arith.divf %in, %nine : f32
    linalg.yield %5 : f32
  } -> tensor<1x4x4x5xf32>
  return %4 : tensor<1x4x4x5xf32>
}

// Divided by how many elements of each window are no padding, computed from the position.
// CHECK-LABEL: func.func @average_inside
// CHECK-NEXT:    %0 = conv.pool average %x {kernel = [3, 1], stride = [2, 1], padding = [1, 0, 1, 0]} : tensor<1x4x7x9xf32> -> tensor<1x4x4x9xf32>
// CHECK-NEXT:    func.return %0
func.func @average_inside(%x: tensor<1x4x7x9xf32>) -> tensor<1x4x4x9xf32> {
  %zero = arith.constant 0.0 : f32
  %c1 = arith.constant 1 : i64
  %c2 = arith.constant 2 : i64
  %c7 = arith.constant 7 : i64
  %c0 = arith.constant 0 : i64
  %padded = tensor.pad %x low[0, 0, 1, 0] high[0, 0, 1, 0] {
  ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
    tensor.yield %zero : f32
  } : tensor<1x4x7x9xf32> to tensor<1x4x9x9xf32>
  %0 = tensor.empty() : tensor<1x4x4x9xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<1x4x4x9xf32>) -> tensor<1x4x4x9xf32>
  %2 = tensor.empty() : tensor<3x1xf32>
  %3 = linalg.pooling_nchw_sum {strides = dense<[2, 1]> : vector<2xi64>} ins(%padded, %2 : tensor<1x4x9x9xf32>, tensor<3x1xf32>) outs(%1 : tensor<1x4x4x9xf32>) -> tensor<1x4x4x9xf32>
  %4 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3 : tensor<1x4x4x9xf32>) outs(%0 : tensor<1x4x4x9xf32>) {
  ^bb0(%in: f32, %out: f32):
    %5 = linalg.index 2 : index
    %6 = arith.index_cast %5 : index to i64
    %7 = arith.muli %6, %c2 : i64
    %8 = arith.subi %7, %c1 : i64
    %9 = arith.addi %7, %c2 : i64
    %10 = arith.minsi %9, %c7 : i64
    %11 = arith.maxsi %8, %c0 : i64
    %12 = arith.subi %10, %11 : i64
    %13 = arith.sitofp %12 : i64 to f32
    %14 = arith.divf %in, %13 : f32
    linalg.yield %14 : f32
  } -> tensor<1x4x4x9xf32>
  return %4 : tensor<1x4x4x9xf32>
}

// Times a rounded reciprocal, and divided by another number than that of the elements, over NHWC.
// CHECK-LABEL: func.func @scaled
// CHECK:         %1 = conv.pool average %0 {kernel = [3, 1]} : tensor<1x4x8x9xf32> -> tensor<1x4x6x9xf32>
// CHECK-NEXT:    %2 = conv.transpose %1
// CHECK-NEXT:    conv.transpose
// CHECK-NEXT:    conv.pool average
// CHECK-NEXT:    conv.transpose
// CHECK-NEXT:    conv.elementwise
// CHECK:           arith.constant 1.500000e+00
// CHECK:           arith.mulf
func.func @scaled(%x: tensor<1x8x9x4xf32>) -> (tensor<1x6x9x4xf32>, tensor<1x6x9x4xf32>) {
  %third = arith.constant 0.333333343 : f32
  %two = arith.constant 2.0 : f32
  %zeros = arith.constant dense<0.0> : tensor<1x6x9x4xf32>
  %size = tensor.empty() : tensor<3x1xf32>
  %0 = linalg.pooling_nhwc_sum ins(%x, %size : tensor<1x8x9x4xf32>, tensor<3x1xf32>) outs(%zeros : tensor<1x6x9x4xf32>) -> tensor<1x6x9x4xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%0 : tensor<1x6x9x4xf32>) outs(%zeros : tensor<1x6x9x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %3 = arith.mulf %third, %in : f32
    linalg.yield %3 : f32
  } -> tensor<1x6x9x4xf32>
  %2 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%0 : tensor<1x6x9x4xf32>) outs(%zeros : tensor<1x6x9x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %3 = arith.divf %in, %two : f32
    linalg.yield %3 : f32
  } -> tensor<1x6x9x4xf32>
  return %1, %2 : tensor<1x6x9x4xf32>, tensor<1x6x9x4xf32>
}

// A sum that is not divided, or starts from something.
// CHECK-LABEL: func.func @sum
// CHECK-NEXT:    conv.pool average %x {kernel = [2, 2], stride = [2, 2]} : tensor<1x4x8x8xf32> -> tensor<1x4x4x4xf32>
// CHECK-NEXT:    conv.elementwise
// CHECK:           arith.constant 4.000000e+00
// CHECK:           arith.mulf
// CHECK:         conv.elementwise({{.*}}, %r) {
// CHECK:           arith.addf
func.func @sum(%x: tensor<1x4x8x8xf32>, %r: tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32> {
  %size = tensor.empty() : tensor<2x2xf32>
  %0 = linalg.pooling_nchw_sum {strides = dense<2> : vector<2xi64>} ins(%x, %size : tensor<1x4x8x8xf32>, tensor<2x2xf32>) outs(%r : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}

// Divided by zero it is no average.
// CHECK-LABEL: func.func @by_zero
// CHECK-NEXT:    conv.pool average
// CHECK-NEXT:    conv.elementwise
// CHECK:           arith.constant 4.000000e+00
// CHECK:         conv.elementwise
// CHECK:           arith.constant 0.000000e+00
// CHECK:           arith.divf
func.func @by_zero(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x7x7xf32> {
  %zero = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : tensor<1x4x7x7xf32>
  %size = tensor.empty() : tensor<2x2xf32>
  %0 = linalg.pooling_nchw_sum ins(%x, %size : tensor<1x4x8x8xf32>, tensor<2x2xf32>) outs(%zeros : tensor<1x4x7x7xf32>) -> tensor<1x4x7x7xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%0 : tensor<1x4x7x7xf32>) outs(%zeros : tensor<1x4x7x7xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.divf %in, %zero : f32
    linalg.yield %2 : f32
  } -> tensor<1x4x7x7xf32>
  return %1 : tensor<1x4x7x7xf32>
}
