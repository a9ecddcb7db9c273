// RUN: convopt %s -p "conv-assign-layouts{target=x86-64-v4},conv-choose-tiles{target=x86-64-v4}" | filecheck %s --check-prefix=AVX512
// RUN: convopt %s -p "conv-assign-layouts{target=neoverse-n1},conv-choose-tiles{target=neoverse-n1}" | filecheck %s --check-prefix=NEON

// Depthwise: two sets of sums where registers allow, strips where loads are instructions. Large
// kernels divide their rows into passes. Long sums are added to the result row by row. Dense
// kernels multiply some input channels with vectors of output channels.
// AVX512: %a = conv.weight_gradient
// AVX512-SAME: schedule = #conv.gradient_tile<input, rows = 2, columns = 7, sets = 2>
// AVX512: %b = conv.weight_gradient
// AVX512-SAME: passes = 2
// AVX512: %c = conv.weight_gradient
// AVX512-SAME: flush = true
// AVX512: %d = conv.weight_gradient
// AVX512-SAME: schedule = #conv.gradient_tile<broadcast, rows = 14, columns = 4, channels = 6, vectors = 4>
// NEON: %a = conv.weight_gradient
// NEON: %b = conv.weight_gradient
// NEON-SAME: passes = 2
// NEON: %c = conv.weight_gradient
// NEON-SAME: schedule = #conv.gradient_tile<strip, columns = 6, flush = true>
// NEON: %d = conv.weight_gradient
// NEON-SAME: schedule = #conv.gradient_tile<broadcast, rows = 14, columns = 4, channels = 4, vectors = 4>
func.func @main(%x : tensor<1x64x14x14xf32>, %dx : tensor<1x64x14x14xf32>, %y : tensor<1x32x28x28xf32>, %dy : tensor<1x32x28x28xf32>, %z : tensor<1x16x112x112xf32>, %dz : tensor<1x16x112x112xf32>) -> (tensor<1x64x1x9xf32>, tensor<1x32x1x25xf32>, tensor<1x16x1x9xf32>, tensor<1x64x64x1xf32>) {
  %a = conv.weight_gradient %x, %dx {kernel = [3, 3], padding = [1, 1, 1, 1], groups = 64} : tensor<1x64x14x14xf32>, tensor<1x64x14x14xf32> -> tensor<1x64x1x9xf32>
  %b = conv.weight_gradient %y, %dy {kernel = [5, 5], padding = [2, 2, 2, 2], groups = 32} : tensor<1x32x28x28xf32>, tensor<1x32x28x28xf32> -> tensor<1x32x1x25xf32>
  %c = conv.weight_gradient %z, %dz {kernel = [3, 3], padding = [1, 1, 1, 1], groups = 16} : tensor<1x16x112x112xf32>, tensor<1x16x112x112xf32> -> tensor<1x16x1x9xf32>
  %d = conv.weight_gradient %x, %dx {kernel = [1, 1]} : tensor<1x64x14x14xf32>, tensor<1x64x14x14xf32> -> tensor<1x64x64x1xf32>
  func.return %a, %b, %c, %d : tensor<1x64x1x9xf32>, tensor<1x32x1x25xf32>, tensor<1x16x1x9xf32>, tensor<1x64x64x1xf32>
}
