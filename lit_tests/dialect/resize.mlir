// RUN: convopt %s | convopt | filecheck %s
// RUN: convopt %s --print-op-generic | convopt | filecheck %s

// CHECK-LABEL: func.func @resize
func.func @resize(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x8x6xf32> {
  // CHECK: conv.resize nearest asymmetric %x : tensor<1x3x4x4xf32> -> tensor<1x3x8x6xf32>
  %0 = conv.resize nearest asymmetric %x : tensor<1x3x4x4xf32> -> tensor<1x3x8x6xf32>
  // CHECK: conv.resize nearest half_pixel %x : tensor<1x3x4x4xf32> -> tensor<1x3x8x6xf32>
  %1 = conv.resize nearest half_pixel %x : tensor<1x3x4x4xf32> -> tensor<1x3x8x6xf32>
  // CHECK: conv.resize linear align_corners %x {note} : tensor<1x3x4x4xf32> -> tensor<1x3x8x6xf32>
  %2 = conv.resize linear align_corners %x {note} : tensor<1x3x4x4xf32> -> tensor<1x3x8x6xf32>
  func.return %0 : tensor<1x3x8x6xf32>
}
