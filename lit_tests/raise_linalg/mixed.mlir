// RUN: convopt %s -p conv-raise-linalg | filecheck %s
// RUN: convopt %s -p conv-raise-linalg --remarks=all -o %t 2>&1 | filecheck %s --check-prefix=REMARK

// Functions without linalg and tensor operations stay as they are.
// CHECK-LABEL: func.func @level_one
// CHECK-NEXT:    conv.transpose
// CHECK-NEXT:    conv.transpose
// CHECK-NEXT:    func.return
func.func @level_one(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = conv.transpose %x {permutation = [1, 0]} : tensor<4x8xf32> -> tensor<8x4xf32>
  %1 = conv.transpose %0 {permutation = [1, 0]} : tensor<8x4xf32> -> tensor<4x8xf32>
  func.return %1 : tensor<4x8xf32>
}

// Operations of the conv dialect may stand beside others. What the results do not need goes.
// REMARK:      mixed.mlir:27:3: missed: conv-raise-linalg: not checked: never mind
// REMARK-NEXT: mixed.mlir:24:3: passed: conv-raise-linalg: raised to conv.pad
// REMARK-NEXT: mixed.mlir:28:3: passed: conv-raise-linalg: raised to conv.reshape
// CHECK-LABEL: func.func @both
// CHECK-NEXT:    %0 = conv.pad %x {padding = [1, 1, 1, 1]}
// CHECK-NEXT:    %1 = conv.reshape %0 : tensor<1x4x10x11xf32> -> tensor<1x440xf32>
// CHECK-NEXT:    func.return %1
func.func @both(%x: tensor<1x4x8x9xf32>, %i: tensor<4xi64>) -> tensor<1x440xf32> {
  %0 = conv.pad %x {padding = [1, 1, 1, 1]} : tensor<1x4x8x9xf32> -> tensor<1x4x10x11xf32>
  %1 = tensor.expand_shape %i [[0, 1]] output_shape [2, 2] : tensor<4xi64> into tensor<2x2xi64>
  %2 = arith.constant true
  cf.assert %2, "never mind"
  %3 = tensor.collapse_shape %0 [[0], [1, 2, 3]] : tensor<1x4x10x11xf32> into tensor<1x440xf32>
  func.return %3 : tensor<1x440xf32>
}
