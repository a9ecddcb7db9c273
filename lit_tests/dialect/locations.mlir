// RUN: convopt %s --print-debuginfo | convopt --print-debuginfo | filecheck %s

// CHECK-LABEL: func.func @locations
func.func @locations(%x: tensor<1x4x4x4xf32>, %w: tensor<4x4x1x1xf32>) -> tensor<1x4x1x1xf32> {
  // CHECK: %0 = conv.pointwise %x, %w epilogue {
  // CHECK-NEXT: ^bb0(%acc: f32 loc(unknown)):
  // CHECK-NEXT: %n = arith.negf %acc : f32 loc("negated")
  // CHECK: } : tensor<1x4x4x4xf32>, tensor<4x4x1x1xf32> -> tensor<1x4x4x4xf32> loc("features.0/Conv")
  %0 = conv.pointwise %x, %w epilogue {
  ^bb0(%acc: f32):
    %n = arith.negf %acc : f32 loc("negated")
    conv.yield %n : f32
  } : tensor<1x4x4x4xf32>, tensor<4x4x1x1xf32> -> tensor<1x4x4x4xf32> loc("features.0/Conv")
  // CHECK: conv.global_pool average %0 : tensor<1x4x4x4xf32> -> tensor<1x4x1x1xf32> loc(fused["a", "b"("c.onnx":1:2)])
  %1 = conv.global_pool average %0 : tensor<1x4x4x4xf32> -> tensor<1x4x1x1xf32> loc(fused["a", "b"("c.onnx":1:2)])
  func.return %1 : tensor<1x4x1x1xf32>
}
