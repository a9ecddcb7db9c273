// RUN: convopt %s -p "conv-assign-layouts{target=x86-64-v4}" | filecheck %s

// A conversion written by hand is superfluous where its operand has come to lie in blocks, too.
// CHECK: func.func @main
// CHECK-NEXT: %[[X:.*]] = conv.convert_layout %x
// CHECK-NEXT: %[[Y:.*]] = conv.depthwise %[[X]], %w
// CHECK-NEXT: func.return %[[Y]]
func.func @main(%x : tensor<1x32x8x8xf32>, %w : tensor<32x1x3x3xf32>) -> tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>> {
  %y = conv.depthwise %x, %w {padding = [1, 1, 1, 1]} : tensor<1x32x8x8xf32>, tensor<32x1x3x3xf32> -> tensor<1x32x8x8xf32>
  %z = conv.convert_layout %y : tensor<1x32x8x8xf32> -> tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>
  func.return %z : tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>
}
