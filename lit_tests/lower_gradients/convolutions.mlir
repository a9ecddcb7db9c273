// RUN: convopt %s -p conv-lower-gradients | filecheck %s

// Channels change places within their groups; the padding is what the kernel spans beyond the old one.
// CHECK-LABEL: @grouped
func.func @grouped(%dy: tensor<1x8x4x5xf32>, %w: tensor<8x3x3x5xf32>) -> tensor<1x6x4x5xf32> {
  // CHECK-NEXT: [[W:%.+]] = conv.transpose_filter %w {groups = 2} : tensor<8x3x3x5xf32> -> tensor<6x4x3x5xf32>
  // CHECK-NEXT: conv.conv2d %dy, [[W]] {padding = [2, 3, 0, 1], groups = 2} : tensor<1x8x4x5xf32>, tensor<6x4x3x5xf32> -> tensor<1x6x4x5xf32>
  %dx = conv.backward_data %dy, %w {padding = [0, 1, 2, 3], groups = 2} : tensor<1x8x4x5xf32>, tensor<8x3x3x5xf32> -> tensor<1x6x4x5xf32>
  func.return %dx : tensor<1x6x4x5xf32>
}

// A stride moves the gradient's pixels apart; its last row and column met no full window.
// CHECK-LABEL: @strided
func.func @strided(%dy: tensor<1x8x2x2xf32>, %w: tensor<8x4x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // CHECK-NEXT: [[W:%.+]] = conv.transpose_filter %w : tensor<8x4x3x3xf32> -> tensor<4x8x3x3xf32>
  // CHECK-NEXT: [[DY:%.+]] = conv.dilate %dy {stride = [2, 2], before = [2, 2]} : tensor<1x8x2x2xf32> -> tensor<1x8x8x8xf32>
  // CHECK-NEXT: conv.conv2d [[DY]], [[W]] : tensor<1x8x8x8xf32>, tensor<4x8x3x3xf32> -> tensor<1x4x6x6xf32>
  %dx = conv.backward_data %dy, %w {stride = [2, 2]} : tensor<1x8x2x2xf32>, tensor<8x4x3x3xf32> -> tensor<1x4x6x6xf32>
  func.return %dx : tensor<1x4x6x6xf32>
}

// With a 1x1 kernel the results are moved apart.
// CHECK-LABEL: @pointwise
func.func @pointwise(%dy: tensor<1x8x3x3xf32>, %w: tensor<8x4x1x1xf32>) -> tensor<1x4x6x6xf32> {
  // CHECK-NEXT: [[W:%.+]] = conv.transpose_filter %w : tensor<8x4x1x1xf32> -> tensor<4x8x1x1xf32>
  // CHECK-NEXT: [[DX:%.+]] = conv.conv2d %dy, [[W]] : tensor<1x8x3x3xf32>, tensor<4x8x1x1xf32> -> tensor<1x4x3x3xf32>
  // CHECK-NEXT: conv.dilate [[DX]] {stride = [2, 2]} : tensor<1x4x3x3xf32> -> tensor<1x4x6x6xf32>
  %dx = conv.backward_data %dy, %w {stride = [2, 2]} : tensor<1x8x3x3xf32>, tensor<8x4x1x1xf32> -> tensor<1x4x6x6xf32>
  func.return %dx : tensor<1x4x6x6xf32>
}

// More padding than the kernel spans: what lies in it is dropped.
// CHECK-LABEL: @wide_padding
func.func @wide_padding(%dy: tensor<1x2x8x6xf32>, %w: tensor<2x2x3x3xf32>) -> tensor<1x2x4x4xf32> {
  // CHECK-NEXT: [[W:%.+]] = conv.transpose_filter
  // CHECK-NEXT: [[DY:%.+]] = conv.dilate %dy {stride = [1, 1], before = [-1, 0]} : tensor<1x2x8x6xf32> -> tensor<1x2x6x6xf32>
  // CHECK-NEXT: conv.conv2d [[DY]], [[W]] : tensor<1x2x6x6xf32>, tensor<2x2x3x3xf32> -> tensor<1x2x4x4xf32>
  %dx = conv.backward_data %dy, %w {padding = [3, 2, 3, 2]} : tensor<1x2x8x6xf32>, tensor<2x2x3x3xf32> -> tensor<1x2x4x4xf32>
  func.return %dx : tensor<1x2x4x4xf32>
}

// Depthwise ones have kernels of their own.
// CHECK-LABEL: @depthwise
func.func @depthwise(%dy: tensor<1x8x4x4xf32>, %w: tensor<8x1x3x3xf32>) -> tensor<1x8x4x4xf32> {
  // CHECK-NEXT: conv.backward_data %dy, %w {padding = [1, 1, 1, 1], groups = 8}
  %dx = conv.backward_data %dy, %w {padding = [1, 1, 1, 1], groups = 8} : tensor<1x8x4x4xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x4x4xf32>
  func.return %dx : tensor<1x8x4x4xf32>
}
