// REQUIRES: mlir-opt
// RUN: convopt %s -p "conv-assign-layouts{target=x86-64-v4},conv-choose-tiles{target=x86-64-v4},conv-outline-kernels{target=x86-64-v4},conv-plan-arena" | grep -v conv.prefetch | %mlir_opt --allow-unregistered-dialect | filecheck %s
// RUN: convopt %s -p "conv-assign-layouts{target=cortex-a76},conv-choose-tiles{target=cortex-a76},conv-outline-kernels{target=cortex-a76},conv-plan-arena" | grep -v conv.prefetch | %mlir_opt --allow-unregistered-dialect | filecheck %s

// Upstream MLIR reads and verifies what stands at kernel level, prefetches aside.
// CHECK: func.func private @f32_dense3x3s2_
// CHECK: func.func private @f32_dw3x3s1_
// CHECK: func.func private @f32_grp3x3s1g8_
// CHECK: func.func private @f32_global_avgpool_
// CHECK: func.func private @f32_pw1x1s1_
// CHECK: func.func @main
func.func @main(%x : tensor<1x3x32x32xf32>) -> tensor<1x10xf32> {
  %ws = arith.constant dense<1.0> : tensor<32x3x3x3xf32>
  %wd = arith.constant dense<1.0> : tensor<32x1x3x3xf32>
  %wg = arith.constant dense<1.0> : tensor<32x4x3x3xf32>
  %wp = arith.constant dense<1.0> : tensor<10x32x1x1xf32>
  %b = arith.constant dense<1.0> : tensor<10xf32>
  %0 = conv.conv2d %x, %ws {stride = [2, 2], padding = [1, 1, 1, 1]} : tensor<1x3x32x32xf32>, tensor<32x3x3x3xf32> -> tensor<1x32x16x16xf32>
  %1 = conv.depthwise %0, %wd {padding = [1, 1, 1, 1]} : tensor<1x32x16x16xf32>, tensor<32x1x3x3xf32> -> tensor<1x32x16x16xf32>
  %2 = conv.grouped %1, %wg {padding = [1, 1, 1, 1], groups = 8} : tensor<1x32x16x16xf32>, tensor<32x4x3x3xf32> -> tensor<1x32x16x16xf32>
  %3 = conv.global_pool average %2 : tensor<1x32x16x16xf32> -> tensor<1x32x1x1xf32>
  %4 = conv.pointwise %3, %wp epilogue(%b : tensor<10xf32>) {
  ^bb0(%acc : f32, %v : f32):
    %s = arith.addf %acc, %v : f32
    %t = math.tanh %s : f32
    conv.yield %t : f32
  } : tensor<1x32x1x1xf32>, tensor<10x32x1x1xf32> -> tensor<1x10x1x1xf32>
  %5 = conv.reshape %4 : tensor<1x10x1x1xf32> -> tensor<1x10xf32>
  func.return %5 : tensor<1x10xf32>
}
