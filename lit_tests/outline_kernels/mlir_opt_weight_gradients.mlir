// REQUIRES: mlir-opt
// RUN: convopt %s -p "conv-assign-layouts{target=x86-64-v4},conv-choose-tiles{target=x86-64-v4},conv-outline-kernels{target=x86-64-v4},conv-plan-arena" | grep -v conv.prefetch | %mlir_opt --allow-unregistered-dialect | filecheck %s
// RUN: convopt %s -p "conv-assign-layouts{target=cortex-a76},conv-choose-tiles{target=cortex-a76},conv-outline-kernels{target=cortex-a76},conv-plan-arena" | grep -v conv.prefetch | %mlir_opt --allow-unregistered-dialect | filecheck %s

// Upstream MLIR reads and verifies kernels of weight gradients, prefetches aside.
// CHECK: func.func private @f32_wgrad3x3s1g32_
// CHECK: func.func private @f32_wgrad1x1s1_
// CHECK: func.func private @f32_wgrad3x3s2g4_
// CHECK: func.func @main
func.func @main(%x : tensor<1x32x28x28xf32>, %dy : tensor<1x32x28x28xf32>, %dz : tensor<1x12x14x14xf32>) -> (tensor<1x32x1x9xf32>, tensor<1x32x32x1xf32>, tensor<1x12x8x9xf32>) {
  %a = conv.weight_gradient %x, %dy {kernel = [3, 3], padding = [1, 1, 1, 1], groups = 32} : tensor<1x32x28x28xf32>, tensor<1x32x28x28xf32> -> tensor<1x32x1x9xf32>
  %b = conv.weight_gradient %x, %dy {kernel = [1, 1]} : tensor<1x32x28x28xf32>, tensor<1x32x28x28xf32> -> tensor<1x32x32x1xf32>
  %c = conv.weight_gradient %x, %dz {kernel = [3, 3], stride = [2, 2], padding = [1, 1, 1, 1], groups = 4} : tensor<1x32x28x28xf32>, tensor<1x12x14x14xf32> -> tensor<1x12x8x9xf32>
  func.return %a, %b, %c : tensor<1x32x1x9xf32>, tensor<1x32x32x1xf32>, tensor<1x12x8x9xf32>
}
