// RUN: convopt %s -p conv-specialize | filecheck %s

// CHECK-LABEL: func.func @pointwise
// CHECK-NEXT: conv.pointwise %x, %w {stride = [2, 2]} :
func.func @pointwise(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x1x1xf32>) -> tensor<1x6x4x4xf32> {
  %0 = conv.conv2d %x, %w {stride = [2, 2]} : tensor<1x4x8x8xf32>, tensor<6x4x1x1xf32> -> tensor<1x6x4x4xf32>
  func.return %0 : tensor<1x6x4x4xf32>
}

// CHECK-LABEL: func.func @depthwise_with_multiplier
// CHECK-NEXT: conv.depthwise %x, %w {padding = [1, 1, 1, 1]} epilogue(%b : tensor<8xf32>) {
// CHECK-NEXT: ^bb0
// CHECK-NEXT: arith.addf
// CHECK-NEXT: conv.yield
func.func @depthwise_with_multiplier(%x: tensor<1x4x8x8xf32>, %w: tensor<8x1x3x3xf32>, %b: tensor<8xf32>) -> tensor<1x8x8x8xf32> {
  %0 = conv.conv2d %x, %w {padding = [1, 1, 1, 1], groups = 4} epilogue(%b : tensor<8xf32>) {
  ^bb0(%acc: f32, %bias: f32):
    %s = arith.addf %acc, %bias : f32
    conv.yield %s : f32
  } : tensor<1x4x8x8xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x8x8xf32>
  func.return %0 : tensor<1x8x8x8xf32>
}

// CHECK-LABEL: func.func @grouped
// CHECK-NEXT: conv.grouped %x, %w {groups = 2} :
func.func @grouped(%x: tensor<1x4x8x8xf32>, %w: tensor<6x2x3x3xf32>) -> tensor<1x6x6x6xf32> {
  %0 = conv.conv2d %x, %w {groups = 2} : tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32> -> tensor<1x6x6x6xf32>
  func.return %0 : tensor<1x6x6x6xf32>
}
