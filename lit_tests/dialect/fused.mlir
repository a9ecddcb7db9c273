// RUN: convopt %s | convopt | filecheck %s
// RUN: convopt %s --print-op-generic | convopt | filecheck %s

// CHECK-LABEL: func.func @fused
func.func @fused(%x: tensor<1x8x9x9xf32>, %d: tensor<8x1x3x3xf32>, %p: tensor<4x8x1x1xf32>) -> tensor<1x4x7x7xf32> {
  // CHECK: conv.fused(%x, %d, %p) schedule = #conv.band<rows = 2> {
  // CHECK-NEXT: ^bb0(%in: tensor<1x8x9x9xf32>, %dw: tensor<8x1x3x3xf32>, %pw: tensor<4x8x1x1xf32>):
  // CHECK-NEXT: %0 = conv.depthwise %in, %dw schedule = #conv.tile<rotate, rows = 2, columns = 7> : tensor<1x8x9x9xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x7x7xf32>
  // CHECK-NEXT: %1 = conv.pointwise %0, %pw : tensor<1x8x7x7xf32>, tensor<4x8x1x1xf32> -> tensor<1x4x7x7xf32>
  // CHECK-NEXT: conv.yield %1 : tensor<1x4x7x7xf32>
  // CHECK-NEXT: } : tensor<1x8x9x9xf32>, tensor<8x1x3x3xf32>, tensor<4x8x1x1xf32> -> tensor<1x4x7x7xf32>
  %y = conv.fused(%x, %d, %p) schedule = #conv.band<rows = 2> {
  ^bb0(%in: tensor<1x8x9x9xf32>, %dw: tensor<8x1x3x3xf32>, %pw: tensor<4x8x1x1xf32>):
    %0 = conv.depthwise %in, %dw schedule = #conv.tile<rotate, rows = 2, columns = 7> : tensor<1x8x9x9xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x7x7xf32>
    %1 = conv.pointwise %0, %pw : tensor<1x8x7x7xf32>, tensor<4x8x1x1xf32> -> tensor<1x4x7x7xf32>
    conv.yield %1 : tensor<1x4x7x7xf32>
  } : tensor<1x8x9x9xf32>, tensor<8x1x3x3xf32>, tensor<4x8x1x1xf32> -> tensor<1x4x7x7xf32>
  func.return %y : tensor<1x4x7x7xf32>
}
