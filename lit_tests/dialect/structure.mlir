// RUN: convopt %s | convopt | filecheck %s
// RUN: convopt %s --print-op-generic | convopt | filecheck %s

// CHECK-LABEL: func.func @structure
func.func @structure(%x: tensor<1x6x4x2xf32>, %y: tensor<1x2x4x2xf32>) -> tensor<1x6x4x2xf32> {
  // CHECK: conv.pad %x {padding = [0, 1, 2, 3]} : tensor<1x6x4x2xf32> -> tensor<1x6x6x6xf32>
  %0 = conv.pad %x {padding = [0, 1, 2, 3], value = 0.0 : f32} : tensor<1x6x4x2xf32> -> tensor<1x6x6x6xf32>
  // CHECK: conv.pad %x {padding = [0, 0, 0, 0], value = 1.500000e+00 : f32} : tensor<1x6x4x2xf32> -> tensor<1x6x4x2xf32>
  %1 = conv.pad %x {padding = [0, 0, 0, 0], value = 1.5 : f32} : tensor<1x6x4x2xf32> -> tensor<1x6x4x2xf32>
  // CHECK: conv.concat %x, %y, %x {axis = 1} : tensor<1x6x4x2xf32>, tensor<1x2x4x2xf32>, tensor<1x6x4x2xf32> -> tensor<1x14x4x2xf32>
  %2 = conv.concat %x, %y, %x {axis = 1} : tensor<1x6x4x2xf32>, tensor<1x2x4x2xf32>, tensor<1x6x4x2xf32> -> tensor<1x14x4x2xf32>
  // CHECK: conv.reshape %x : tensor<1x6x4x2xf32> -> tensor<6x8xf32>
  %3 = conv.reshape %x : tensor<1x6x4x2xf32> -> tensor<6x8xf32>
  // CHECK: conv.transpose %x {permutation = [0, 2, 3, 1]} : tensor<1x6x4x2xf32> -> tensor<1x4x2x6xf32>
  %4 = conv.transpose %x {permutation = [0, 2, 3, 1]} : tensor<1x6x4x2xf32> -> tensor<1x4x2x6xf32>
  // CHECK: conv.channel_shuffle %x {groups = 3} : tensor<1x6x4x2xf32> -> tensor<1x6x4x2xf32>
  %5 = conv.channel_shuffle %x {groups = 3} : tensor<1x6x4x2xf32> -> tensor<1x6x4x2xf32>
  func.return %5 : tensor<1x6x4x2xf32>
}
