// RUN: convopt %s -p "conv-assign-layouts{target=x86-64-v4}" | filecheck %s

// A conversion to plain and back, here between two convolutions, is none.
// CHECK-LABEL: func.func @main
// CHECK-NEXT: %v = arith.constant
// CHECK-NEXT: %y = conv.pointwise %x, %v
// CHECK-NEXT: %z = conv.pointwise %y, %v
// CHECK-NEXT: %{{.*}} = conv.convert_layout %z
// CHECK-NEXT: func.return
func.func @main(%x : tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>) -> tensor<1x32x8x8xf32> {
  %v = arith.constant dense<1.0> : tensor<32x32x1x1xf32>
  %y = conv.pointwise %x, %v : tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>, tensor<32x32x1x1xf32> -> tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>
  %p = conv.convert_layout %y : tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>> -> tensor<1x32x8x8xf32>
  %z = conv.pointwise %p, %v : tensor<1x32x8x8xf32>, tensor<32x32x1x1xf32> -> tensor<1x32x8x8xf32>
  func.return %z : tensor<1x32x8x8xf32>
}
