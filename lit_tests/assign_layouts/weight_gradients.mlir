// RUN: convopt %s -p "conv-assign-layouts{target=x86-64-v4}" | filecheck %s

// Input, gradient and result lie in channel blocks, the result as an image of output channels; it
// is converted where it becomes a filter.
// CHECK-LABEL: func.func @main
// CHECK-NEXT: %{{.*}} = conv.convert_layout %x : tensor<2x24x8x8xf32> -> tensor<2x24x8x8xf32, #conv.layout<nchwc, 16>>
// CHECK-NEXT: %{{.*}} = conv.convert_layout %dy : tensor<2x24x8x8xf32> -> tensor<2x24x8x8xf32, #conv.layout<nchwc, 16>>
// CHECK-NEXT: %dw = conv.weight_gradient %{{.*}}, %{{.*}} {kernel = [3, 3], padding = [1, 1, 1, 1], groups = 24} : tensor<2x24x8x8xf32, #conv.layout<nchwc, 16>>, tensor<2x24x8x8xf32, #conv.layout<nchwc, 16>> -> tensor<1x24x1x9xf32, #conv.layout<nchwc, 16>>
// CHECK-NEXT: %{{.*}} = conv.convert_layout %dw : tensor<1x24x1x9xf32, #conv.layout<nchwc, 16>> -> tensor<1x24x1x9xf32>
// CHECK-NEXT: %w = conv.reshape %{{.*}} : tensor<1x24x1x9xf32> -> tensor<24x1x3x3xf32>
// CHECK-NEXT: func.return %w
func.func @main(%x : tensor<2x24x8x8xf32>, %dy : tensor<2x24x8x8xf32>) -> tensor<24x1x3x3xf32> {
  %dw = conv.weight_gradient %x, %dy {kernel = [3, 3], padding = [1, 1, 1, 1], groups = 24} : tensor<2x24x8x8xf32>, tensor<2x24x8x8xf32> -> tensor<1x24x1x9xf32>
  %w = conv.reshape %dw : tensor<1x24x1x9xf32> -> tensor<24x1x3x3xf32>
  func.return %w : tensor<24x1x3x3xf32>
}
