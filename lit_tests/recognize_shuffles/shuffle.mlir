// RUN: convopt %s -p conv-recognize-shuffles | filecheck %s
// RUN: convopt %s -p conv-recognize-shuffles --remarks=missed -o %t 2>&1 | filecheck %s --check-prefix=REMARK

// CHECK-LABEL: func.func @two_groups
// CHECK-NEXT: conv.channel_shuffle %x {groups = 2}
// CHECK-NEXT: func.return
func.func @two_groups(%x: tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32> {
  %0 = conv.reshape %x : tensor<1x6x4x4xf32> -> tensor<1x2x3x4x4xf32>
  %1 = conv.transpose %0 {permutation = [0, 2, 1, 3, 4]} : tensor<1x2x3x4x4xf32> -> tensor<1x3x2x4x4xf32>
  %2 = conv.reshape %1 : tensor<1x3x2x4x4xf32> -> tensor<1x6x4x4xf32>
  func.return %2 : tensor<1x6x4x4xf32>
}

// CHECK-LABEL: func.func @pixels_as_one_axis
// CHECK-NEXT: conv.channel_shuffle %x {groups = 3}
func.func @pixels_as_one_axis(%x: tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32> {
  %0 = conv.reshape %x : tensor<1x6x4x4xf32> -> tensor<1x3x2x16xf32>
  %1 = conv.transpose %0 {permutation = [0, 2, 1, 3]} : tensor<1x3x2x16xf32> -> tensor<1x2x3x16xf32>
  %2 = conv.reshape %1 : tensor<1x2x3x16xf32> -> tensor<1x6x4x4xf32>
  func.return %2 : tensor<1x6x4x4xf32>
}

// REMARK: height and width: missed: conv-recognize-shuffles: permutation [0, 1, 2, 4, 3] is not a channel shuffle
// CHECK-LABEL: func.func @other_permutation
// CHECK-NEXT: conv.reshape
// CHECK-NEXT: conv.transpose
// CHECK-NEXT: conv.reshape
func.func @other_permutation(%x: tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32> {
  %0 = conv.reshape %x : tensor<1x6x4x4xf32> -> tensor<1x2x3x4x4xf32>
  %1 = conv.transpose %0 {permutation = [0, 1, 2, 4, 3]} : tensor<1x2x3x4x4xf32> -> tensor<1x2x3x4x4xf32>
  %2 = conv.reshape %1 : tensor<1x2x3x4x4xf32> -> tensor<1x6x4x4xf32> loc("height and width")
  func.return %2 : tensor<1x6x4x4xf32>
}

// CHECK-LABEL: func.func @batch_is_split
// CHECK-NEXT: conv.reshape
// CHECK-NEXT: conv.transpose
// CHECK-NEXT: conv.reshape
func.func @batch_is_split(%x: tensor<2x6x4x4xf32>) -> tensor<2x6x4x4xf32> {
  %0 = conv.reshape %x : tensor<2x6x4x4xf32> -> tensor<1x2x6x4x4xf32>
  %1 = conv.transpose %0 {permutation = [0, 2, 1, 3, 4]} : tensor<1x2x6x4x4xf32> -> tensor<1x6x2x4x4xf32>
  %2 = conv.reshape %1 : tensor<1x6x2x4x4xf32> -> tensor<2x6x4x4xf32>
  func.return %2 : tensor<2x6x4x4xf32>
}
