// RUN: convopt %s | convopt | filecheck %s

// CHECK-LABEL: @gradients
func.func @gradients(%x: tensor<1x8x8x8xf32>, %dy: tensor<1x8x4x4xf32>, %w: tensor<8x1x3x3xf32>) -> (tensor<1x8x8x8xf32>, tensor<1x8x1x9xf32>) {
  // CHECK-NEXT: conv.backward_data %{{.*}}, %{{.*}} {stride = [2, 2], padding = [1, 1, 1, 1], groups = 8} : tensor<1x8x4x4xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x8x8xf32>
  %dx = conv.backward_data %dy, %w {stride = [2, 2], padding = [1, 1, 1, 1], groups = 8} : tensor<1x8x4x4xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x8x8xf32>
  // CHECK-NEXT: conv.weight_gradient %{{.*}}, %{{.*}} {kernel = [3, 3], stride = [2, 2], padding = [1, 1, 1, 1], groups = 8} : tensor<1x8x8x8xf32>, tensor<1x8x4x4xf32> -> tensor<1x8x1x9xf32>
  %dw = conv.weight_gradient %x, %dy {kernel = [3, 3], stride = [2, 2], padding = [1, 1, 1, 1], groups = 8} : tensor<1x8x8x8xf32>, tensor<1x8x4x4xf32> -> tensor<1x8x1x9xf32>
  func.return %dx, %dw : tensor<1x8x8x8xf32>, tensor<1x8x1x9xf32>
}

// CHECK-LABEL: @scheduled
func.func @scheduled(%dy: tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>, %w: tensor<16x1x3x3xf32>) -> tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>> {
  // CHECK-NEXT: conv.backward_data %{{.*}}, %{{.*}} {padding = [1, 1, 1, 1], groups = 16} schedule = #conv.tile<rotate, rows = 2> :
  %dx = conv.backward_data %dy, %w {padding = [1, 1, 1, 1], groups = 16} schedule = #conv.tile<rotate, rows = 2> : tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>, tensor<16x1x3x3xf32> -> tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>
  func.return %dx : tensor<1x16x4x4xf32, #conv.layout<nchwc, 16>>
}

// CHECK-LABEL: @as_convolutions
func.func @as_convolutions(%dy: tensor<1x8x4x4xf32>, %w: tensor<8x3x5x5xf32>) -> (tensor<1x8x9x9xf32>, tensor<6x4x5x5xf32>) {
  // CHECK-NEXT: conv.dilate %{{.*}} {stride = [2, 2], before = [1, -1]} : tensor<1x8x4x4xf32> -> tensor<1x8x9x9xf32>
  %far = conv.dilate %dy {stride = [2, 2], before = [1, -1]} : tensor<1x8x4x4xf32> -> tensor<1x8x9x9xf32>
  // CHECK-NEXT: conv.transpose_filter %{{.*}} {groups = 2} : tensor<8x3x5x5xf32> -> tensor<6x4x5x5xf32>
  %t = conv.transpose_filter %w {groups = 2} : tensor<8x3x5x5xf32> -> tensor<6x4x5x5xf32>
  func.return %far, %t : tensor<1x8x9x9xf32>, tensor<6x4x5x5xf32>
}

// CHECK-LABEL: @parameter
func.func @parameter() -> tensor<8x1x3x3xf32> {
  // CHECK-NEXT: conv.parameter 3 : tensor<8x1x3x3xf32>
  %w = conv.parameter 3 : tensor<8x1x3x3xf32>
  func.return %w : tensor<8x1x3x3xf32>
}

// CHECK-LABEL: @sums
func.func @sums(%x: tensor<4x8x7x7xf32>) -> tensor<1x8x1x1xf32> {
  // CHECK-NEXT: [[SUMS:%.+]] = conv.channel_sums(%x) {
  // CHECK-NEXT: ^bb0(%a: f32):
  // CHECK-NEXT:   %square = arith.mulf %a, %a : f32
  // CHECK-NEXT:   conv.yield %a, %square : f32, f32
  // CHECK-NEXT: } : tensor<4x8x7x7xf32> -> tensor<2x8x1x1xf32>
  %s = conv.channel_sums(%x) {
  ^bb0(%a: f32):
    %square = arith.mulf %a, %a : f32
    conv.yield %a, %square : f32, f32
  } : tensor<4x8x7x7xf32> -> tensor<2x8x1x1xf32>
  // CHECK-NEXT: conv.take_image [[SUMS]] {number = 1} : tensor<2x8x1x1xf32> -> tensor<1x8x1x1xf32>
  %y = conv.take_image %s {number = 1} : tensor<2x8x1x1xf32> -> tensor<1x8x1x1xf32>
  func.return %y : tensor<1x8x1x1xf32>
}
