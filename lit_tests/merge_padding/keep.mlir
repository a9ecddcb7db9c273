// RUN: convopt %s -p conv-merge-padding | filecheck %s
// RUN: convopt %s -p conv-merge-padding --remarks=missed -o %t 2>&1 | filecheck %s --check-prefix=REMARK

// Pads are merged last first.
// REMARK: empty window: missed: conv-merge-padding: a window of the max pool would hold padding only
// REMARK-NEXT: average of lowest: missed: conv-merge-padding: the padding's value is -inf, not zero
// REMARK-NEXT: conv of lowest: missed: conv-merge-padding: the padding's value is -inf, not zero
// REMARK-NEXT: pool pad: missed: conv-merge-padding: a maximum pool does not pad with zeros
// REMARK-NEXT: conv pad: missed: conv-merge-padding: the padding's value is 1, not zero

// CHECK-LABEL: func.func @value
// CHECK-NEXT: conv.pad %x {padding = [0, 0, 1, 1], value = 1.000000e+00 : f32}
// CHECK-NEXT: conv.conv2d
func.func @value(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x7x7xf32> {
  %0 = conv.pad %x {padding = [0, 0, 1, 1], value = 1.0 : f32} : tensor<1x3x8x8xf32> -> tensor<1x3x9x9xf32> loc("conv pad")
  %1 = conv.conv2d %0, %w : tensor<1x3x9x9xf32>, tensor<4x3x3x3xf32> -> tensor<1x4x7x7xf32>
  func.return %1 : tensor<1x4x7x7xf32>
}

// CHECK-LABEL: func.func @maximum_pool
// CHECK-NEXT: conv.pad
// CHECK-NEXT: conv.pool
func.func @maximum_pool(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32> {
  %0 = conv.pad %x {padding = [1, 1, 1, 1]} : tensor<1x3x8x8xf32> -> tensor<1x3x10x10xf32> loc("pool pad")
  %1 = conv.pool max %0 {kernel = [3, 3]} : tensor<1x3x10x10xf32> -> tensor<1x3x8x8xf32>
  func.return %1 : tensor<1x3x8x8xf32>
}

// CHECK-LABEL: func.func @lowest
// CHECK-NEXT: conv.pad
// CHECK-NEXT: conv.conv2d
// CHECK-NEXT: conv.pad
// CHECK-NEXT: conv.pool average
// CHECK-NEXT: conv.pad
// CHECK-NEXT: conv.pool max
func.func @lowest(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> (tensor<1x4x8x8xf32>, tensor<1x3x8x8xf32>, tensor<1x3x10x10xf32>) {
  %0 = conv.pad %x {padding = [1, 1, 1, 1], value = 0xff800000 : f32} : tensor<1x3x8x8xf32> -> tensor<1x3x10x10xf32> loc("conv of lowest")
  %1 = conv.conv2d %0, %w : tensor<1x3x10x10xf32>, tensor<4x3x3x3xf32> -> tensor<1x4x8x8xf32>
  %2 = conv.pad %x {padding = [1, 1, 1, 1], value = 0xff800000 : f32} : tensor<1x3x8x8xf32> -> tensor<1x3x10x10xf32> loc("average of lowest")
  %3 = conv.pool average %2 {kernel = [3, 3]} : tensor<1x3x10x10xf32> -> tensor<1x3x8x8xf32>
  %4 = conv.pad %x {padding = [1, 1, 1, 1], value = 0xff800000 : f32} : tensor<1x3x8x8xf32> -> tensor<1x3x10x10xf32> loc("empty window")
  %5 = conv.pool max %4 {kernel = [1, 1]} : tensor<1x3x10x10xf32> -> tensor<1x3x10x10xf32>
  func.return %1, %3, %5 : tensor<1x4x8x8xf32>, tensor<1x3x8x8xf32>, tensor<1x3x10x10xf32>
}
