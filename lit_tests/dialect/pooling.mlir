// RUN: convopt %s | convopt | filecheck %s
// RUN: convopt %s --print-op-generic | convopt | filecheck %s

// CHECK-LABEL: func.func @pooling
func.func @pooling(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x1x1xf32> {
  // CHECK: conv.pool max %x {kernel = [3, 2], stride = [2, 1], padding = [1, 0, 1, 1], dilation = [1, 2]} : tensor<1x4x8x8xf32> -> tensor<1x4x4x7xf32>
  %0 = conv.pool max %x {kernel = [3, 2], stride = [2, 1], padding = [1, 0, 1, 1], dilation = [1, 2]} : tensor<1x4x8x8xf32> -> tensor<1x4x4x7xf32>
  // CHECK: conv.pool average %x {kernel = [2, 2], stride = [2, 2]} : tensor<1x4x8x8xf32> -> tensor<1x4x4x4xf32>
  %1 = conv.pool average %x {kernel = [2, 2], stride = [2, 2], count_include_pad = false} : tensor<1x4x8x8xf32> -> tensor<1x4x4x4xf32>
  // CHECK: conv.pool average %x {kernel = [3, 3], padding = [1, 1, 1, 1], count_include_pad = true} : tensor<1x4x8x8xf32> -> tensor<1x4x8x8xf32>
  %2 = conv.pool average %x {kernel = [3, 3], padding = [1, 1, 1, 1], count_include_pad = true} : tensor<1x4x8x8xf32> -> tensor<1x4x8x8xf32>
  // CHECK: conv.global_pool average %x : tensor<1x4x8x8xf32> -> tensor<1x4x1x1xf32>
  %3 = conv.global_pool average %x : tensor<1x4x8x8xf32> -> tensor<1x4x1x1xf32>
  // CHECK: conv.global_pool max %x : tensor<1x4x8x8xf32> -> tensor<1x4x1x1xf32>
  %4 = conv.global_pool max %x : tensor<1x4x8x8xf32> -> tensor<1x4x1x1xf32>
  func.return %4 : tensor<1x4x1x1xf32>
}
