// RUN: convopt %s -p conv-specialize | filecheck %s

// CHECK-LABEL: func.func @dense
// CHECK-NEXT: conv.conv2d
func.func @dense(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32> {
  %0 = conv.conv2d %x, %w : tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32> -> tensor<1x6x6x6xf32>
  func.return %0 : tensor<1x6x6x6xf32>
}

// CHECK-LABEL: func.func @padded_1x1
// CHECK-NEXT: conv.conv2d
func.func @padded_1x1(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x1x1xf32>) -> tensor<1x6x9x8xf32> {
  %0 = conv.conv2d %x, %w {padding = [1, 0, 0, 0]} : tensor<1x4x8x8xf32>, tensor<6x4x1x1xf32> -> tensor<1x6x9x8xf32>
  func.return %0 : tensor<1x6x9x8xf32>
}

// CHECK-LABEL: func.func @one_channel
// CHECK-NEXT: conv.conv2d
func.func @one_channel(%x: tensor<1x1x8x8xf32>, %w: tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32> {
  %0 = conv.conv2d %x, %w : tensor<1x1x8x8xf32>, tensor<6x1x3x3xf32> -> tensor<1x6x6x6xf32>
  func.return %0 : tensor<1x6x6x6xf32>
}
