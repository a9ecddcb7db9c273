// RUN: convopt %s -p conv-merge-padding | filecheck %s

// CHECK-LABEL: func.func @convolution
// CHECK-NEXT: conv.conv2d %x, %w {stride = [2, 2], padding = [0, 0, 1, 1]} : tensor<1x3x8x8xf32>
// CHECK-NEXT: func.return
func.func @convolution(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x4x4xf32> {
  %0 = conv.pad %x {padding = [0, 0, 1, 1]} : tensor<1x3x8x8xf32> -> tensor<1x3x9x9xf32>
  %1 = conv.conv2d %0, %w {stride = [2, 2]} : tensor<1x3x9x9xf32>, tensor<4x3x3x3xf32> -> tensor<1x4x4x4xf32>
  func.return %1 : tensor<1x4x4x4xf32>
}

// CHECK-LABEL: func.func @average_pool
// CHECK-NEXT: conv.pool average %x {kernel = [3, 3], padding = [1, 1, 1, 1], count_include_pad = true}
// CHECK-NEXT: func.return
func.func @average_pool(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32> {
  %0 = conv.pad %x {padding = [1, 1, 1, 1]} : tensor<1x3x8x8xf32> -> tensor<1x3x10x10xf32>
  %1 = conv.pool average %0 {kernel = [3, 3]} : tensor<1x3x10x10xf32> -> tensor<1x3x8x8xf32>
  func.return %1 : tensor<1x3x8x8xf32>
}

// CHECK-LABEL: func.func @maximum_pool
// CHECK-NEXT: conv.pool max %x {kernel = [3, 3], stride = [2, 2], padding = [1, 2, 1, 0]} : tensor<1x3x8x8xf32> -> tensor<1x3x4x4xf32>
// CHECK-NEXT: func.return
func.func @maximum_pool(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32> {
  %0 = conv.pad %x {padding = [1, 1, 1, 0], value = 0xff800000 : f32} : tensor<1x3x8x8xf32> -> tensor<1x3x10x9xf32>
  %1 = conv.pool max %0 {kernel = [3, 3], stride = [2, 2], padding = [0, 1, 0, 0]} : tensor<1x3x10x9xf32> -> tensor<1x3x4x4xf32>
  func.return %1 : tensor<1x3x4x4xf32>
}
