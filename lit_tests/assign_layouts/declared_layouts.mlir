// RUN: convopt %s -p "conv-assign-layouts{target=x86-64-v4}" | filecheck %s

// A function whose type says a layout keeps it: nothing is converted.

// CHECK:      func.func @main(%x: tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>) -> tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>> {
// CHECK-NOT:    conv.convert_layout
// CHECK:        func.return %y : tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>
func.func @main(%x : tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>) -> tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>> {
  %w = arith.constant dense<0.5> : tensor<32x1x3x3xf32>
  %y = conv.depthwise %x, %w {padding = [1, 1, 1, 1]} : tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32> -> tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>
  func.return %y : tensor<1x32x8x8xf32, #conv.layout<nchwc, 16>>
}
