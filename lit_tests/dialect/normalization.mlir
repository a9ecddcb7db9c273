// RUN: convopt %s | convopt | filecheck %s
// RUN: convopt %s --print-op-generic | convopt | filecheck %s

// CHECK-LABEL: func.func @normalization
func.func @normalization(%x: tensor<1x6x4x2xf32>, %a: tensor<6xf32>, %b: tensor<6xf32>, %m: tensor<6xf32>, %v: tensor<6xf32>) -> tensor<1x6x4x2xf32> {
  // CHECK: conv.batch_norm %x, %a, %b, %m, %v {epsilon = 1.000000e-05 : f32} : tensor<1x6x4x2xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32> -> tensor<1x6x4x2xf32>
  %0 = conv.batch_norm %x, %a, %b, %m, %v {epsilon = 1.0e-5 : f32} : tensor<1x6x4x2xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32> -> tensor<1x6x4x2xf32>
  // CHECK: conv.softmax %0 {axis = 1} : tensor<1x6x4x2xf32> -> tensor<1x6x4x2xf32>
  %1 = conv.softmax %0 {axis = 1} : tensor<1x6x4x2xf32> -> tensor<1x6x4x2xf32>
  func.return %1 : tensor<1x6x4x2xf32>
}
