// RUN: convopt %s | convopt | filecheck %s
// RUN: convopt %s --print-op-generic | convopt | filecheck %s

// CHECK-LABEL: func.func @layouts
// CHECK-SAME: tensor<1x20x4x4xf32, #conv.layout<nchw>>
func.func @layouts(%explicit: tensor<1x20x4x4xf32, #conv.layout<nchw>>, %w: tensor<20x1x3x3xf32>) -> tensor<1x20x2x2xf32> {
  // CHECK: conv.convert_layout %explicit : tensor<1x20x4x4xf32, #conv.layout<nchw>> -> tensor<1x20x4x4xf32, #conv.layout<nchwc, 16>>
  %0 = conv.convert_layout %explicit : tensor<1x20x4x4xf32, #conv.layout<nchw>> -> tensor<1x20x4x4xf32, #conv.layout<nchwc, 16>>
  // CHECK: conv.depthwise %0, %w schedule = #conv.tile<rotate, columns = 2, vectors = 2> : tensor<1x20x4x4xf32, #conv.layout<nchwc, 16>>, tensor<20x1x3x3xf32> -> tensor<1x20x2x2xf32, #conv.layout<nchwc, 16>>
  %1 = conv.depthwise %0, %w schedule = #conv.tile<rotate, vectors = 2, rows = 1, columns = 2> : tensor<1x20x4x4xf32, #conv.layout<nchwc, 16>>, tensor<20x1x3x3xf32> -> tensor<1x20x2x2xf32, #conv.layout<nchwc, 16>>
  // CHECK: conv.convert_layout %1 : tensor<1x20x2x2xf32, #conv.layout<nchwc, 16>> -> tensor<1x20x2x2xf32>
  %2 = conv.convert_layout %1 : tensor<1x20x2x2xf32, #conv.layout<nchwc, 16>> -> tensor<1x20x2x2xf32>
  func.return %2 : tensor<1x20x2x2xf32>
}
