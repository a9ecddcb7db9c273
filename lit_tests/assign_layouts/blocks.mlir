// RUN: convopt %s -p "conv-assign-layouts{target=x86-64-v4}" | filecheck %s

// Between convolutions nothing is converted; the model's tensors stay plain.
// CHECK-LABEL: func.func @main
// CHECK-NEXT: %w = arith.constant
// CHECK-NEXT: %v = arith.constant
// CHECK-NEXT: %{{.*}} = conv.convert_layout %x : tensor<1x32x8x8xf32> -> tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>
// CHECK-NEXT: %y = conv.depthwise %{{.*}}, %w {padding = [1, 1, 1, 1]} : tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32> -> tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>
// CHECK-NEXT: %z = conv.pointwise %y, %v : tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>, tensor<8x32x1x1xf32> -> tensor<1x8x8x8xf32, #conv.layout<nchwc, 16>>
// CHECK-NEXT: %{{.*}} = conv.convert_layout %z : tensor<1x8x8x8xf32, #conv.layout<nchwc, 16>> -> tensor<1x8x8x8xf32>
// CHECK-NEXT: func.return
func.func @main(%x : tensor<1x32x8x8xf32>) -> tensor<1x8x8x8xf32> {
  %w = arith.constant dense<1.0> : tensor<32x1x3x3xf32>
  %v = arith.constant dense<1.0> : tensor<8x32x1x1xf32>
  %y = conv.depthwise %x, %w {padding = [1, 1, 1, 1]} : tensor<1x32x8x8xf32>, tensor<32x1x3x3xf32> -> tensor<1x32x8x8xf32>
  %z = conv.pointwise %y, %v : tensor<1x32x8x8xf32>, tensor<8x32x1x1xf32> -> tensor<1x8x8x8xf32>
  func.return %z : tensor<1x8x8x8xf32>
}
