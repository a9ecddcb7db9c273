// RUN: convopt %s -p "conv-assign-layouts{target=x86-64-v4}" | filecheck %s

// An image of three channels is read as it is; what is not of rank 4 stays plain.
// CHECK-LABEL: func.func @main
// CHECK-NEXT: %w = arith.constant
// CHECK-NEXT: %y = conv.conv2d %x, %w : tensor<1x3x8x8xf32>, tensor<16x3x8x8xf32> -> tensor<1x16x1x1xf32, #conv.layout<nchwc, 16>>
// CHECK-NEXT: %{{.*}} = conv.convert_layout %y : tensor<1x16x1x1xf32, #conv.layout<nchwc, 16>> -> tensor<1x16x1x1xf32>
// CHECK-NEXT: %r = conv.reshape %{{.*}} : tensor<1x16x1x1xf32> -> tensor<1x16xf32>
// CHECK-NEXT: %s = conv.softmax %r {axis = 1} : tensor<1x16xf32> -> tensor<1x16xf32>
// CHECK-NEXT: func.return %s
func.func @main(%x : tensor<1x3x8x8xf32>) -> tensor<1x16xf32> {
  %w = arith.constant dense<1.0> : tensor<16x3x8x8xf32>
  %y = conv.conv2d %x, %w : tensor<1x3x8x8xf32>, tensor<16x3x8x8xf32> -> tensor<1x16x1x1xf32>
  %r = conv.reshape %y : tensor<1x16x1x1xf32> -> tensor<1x16xf32>
  %s = conv.softmax %r {axis = 1} : tensor<1x16xf32> -> tensor<1x16xf32>
  func.return %s : tensor<1x16xf32>
}
