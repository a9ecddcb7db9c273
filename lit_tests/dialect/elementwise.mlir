// RUN: convopt %s | convopt | filecheck %s
// RUN: convopt %s --print-op-generic | convopt | filecheck %s

// Every scalar operation, broadcasting, and an attribute of one's own.
// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%x: tensor<2x3x4x4xf32>, %s: tensor<3x1x1xf32>) -> tensor<2x3x4x4xf32> {
  // CHECK: conv.elementwise(%x, %s) attributes {note = 1 : i64} {
  // CHECK-NEXT: ^bb0(%a: f32, %b: f32):
  // CHECK-NEXT: %c = arith.constant 6.000000e+00 : f32
  // CHECK-NEXT: %0 = arith.addf %a, %b : f32
  // CHECK: %10 = math.absf %9 : f32
  // CHECK-NEXT: conv.yield %10 : f32
  // CHECK-NEXT: } : tensor<2x3x4x4xf32>, tensor<3x1x1xf32> -> tensor<2x3x4x4xf32>
  %y = conv.elementwise(%x, %s) attributes {note = 1 : i64} {
  ^bb0(%a: f32, %b: f32):
    %c = arith.constant 6.0 : f32
    %0 = arith.addf %a, %b : f32
    %1 = arith.subf %0, %c : f32
    %2 = arith.mulf %1, %a : f32
    %3 = arith.divf %2, %c : f32
    %4 = arith.negf %3 : f32
    %5 = arith.maxnumf %4, %b : f32
    %6 = arith.minnumf %5, %c : f32
    %7 = math.exp %6 : f32
    %8 = math.tanh %7 : f32
    %9 = math.sqrt %8 : f32
    %10 = math.absf %9 : f32
    conv.yield %10 : f32
  } : tensor<2x3x4x4xf32>, tensor<3x1x1xf32> -> tensor<2x3x4x4xf32>
  func.return %y : tensor<2x3x4x4xf32>
}
