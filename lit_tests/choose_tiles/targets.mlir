// RUN: convopt %s -p "conv-choose-tiles{target=x86-64-v4}" | filecheck %s --check-prefix=AVX512
// RUN: convopt %s -p "conv-choose-tiles{target=cortex-a76}" | filecheck %s --check-prefix=NEON

// A schedule that is there stays.
// AVX512: %a = conv.pointwise %x, %v schedule = #conv.tile<broadcast, columns = 3>
// AVX512: %b = conv.pointwise %x, %v schedule = #conv.tile<broadcast, columns = 14, vectors = 2, parallel = pixels>
// NEON: %a = conv.pointwise %x, %v schedule = #conv.tile<broadcast, columns = 3>
// NEON: %b = conv.pointwise %x, %v schedule = #conv.tile<broadcast, columns = 5, vectors = 4, parallel = pixels>
func.func @main(%x : tensor<1x32x28x28xf32>, %v : tensor<32x32x1x1xf32>) -> (tensor<1x32x28x28xf32>, tensor<1x32x28x28xf32>) {
  %a = conv.pointwise %x, %v schedule = #conv.tile<broadcast, columns = 3> : tensor<1x32x28x28xf32>, tensor<32x32x1x1xf32> -> tensor<1x32x28x28xf32>
  %b = conv.pointwise %x, %v : tensor<1x32x28x28xf32>, tensor<32x32x1x1xf32> -> tensor<1x32x28x28xf32>
  func.return %a, %b : tensor<1x32x28x28xf32>, tensor<1x32x28x28xf32>
}
