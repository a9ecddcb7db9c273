// RUN: convopt %s --split-input-file --verify-diagnostics
// RUN: not convopt %s --split-input-file 2>&1 | filecheck %s

// CHECK: diagnostics.mlir:7:3: error: unknown operation 'conv.depthwize'; did you mean 'conv.depthwise'?
func.func @a(%x: tensor<1x8x6x6xf32>, %w: tensor<8x1x3x3xf32>) {
  // expected-error @below {{did you mean 'conv.depthwise'?}}
  %y = conv.depthwize %x, %w : tensor<1x8x6x6xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x4x4xf32>
  func.return
}

// -----

func.func @b(%x: tensor<1x8x6x6xf32>, %w: tensor<8x1x3x3xf32>) {
  // expected-error @+1 {{expected shape 1x8x4x4, found 1x8x5x4}}
  %y = conv.depthwise %x, %w : tensor<1x8x6x6xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x5x4xf32>
  func.return
}
