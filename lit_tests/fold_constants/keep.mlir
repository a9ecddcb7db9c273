// RUN: convopt %s -p 'conv-fold-constants{max-elements=15}' | filecheck %s
// RUN: convopt %s -p 'conv-fold-constants{max-elements=15}' --remarks=missed -o %t 2>&1 | filecheck %s --check-prefix=REMARK

// REMARK: large: missed: conv-fold-constants: a constant of 16 elements exceeds 15

// CHECK-LABEL: func.func @large
// CHECK: conv.pad
func.func @large() -> tensor<1x1x4x4xf32> {
  %0 = arith.constant dense<1.0> : tensor<1x1x2x2xf32>
  %1 = conv.pad %0 {padding = [1, 1, 1, 1]} : tensor<1x1x2x2xf32> -> tensor<1x1x4x4xf32> loc("large")
  func.return %1 : tensor<1x1x4x4xf32>
}

// An operand that is not known, and a reshape that another operation reads.
// CHECK-LABEL: func.func @not_constant
// CHECK-NEXT: %[[R:.*]] = conv.reshape %x
// CHECK-NEXT: conv.transpose %[[R]]
// CHECK-NEXT: conv.reshape %x : tensor<2x4xf32> -> tensor<4x2xf32>
func.func @not_constant(%x: tensor<2x4xf32>) -> (tensor<2x2x2xf32>, tensor<4x2xf32>) {
  %0 = conv.reshape %x : tensor<2x4xf32> -> tensor<2x2x2xf32>
  %1 = conv.transpose %0 {permutation = [1, 0, 2]} : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
  %2 = conv.reshape %0 : tensor<2x2x2xf32> -> tensor<4x2xf32>
  func.return %1, %2 : tensor<2x2x2xf32>, tensor<4x2xf32>
}
