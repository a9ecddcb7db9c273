// RUN: convopt %s -p "conv-choose-blocks{target=h200}" | filecheck %s
// RUN: convopt %s -p "conv-choose-blocks{target=gtx-1660}" | filecheck %s
// RUN: not convopt %s -p "conv-choose-blocks{target=cortex-a76}" 2>&1 | filecheck %s --check-prefix=CPU

// A schedule that is there stays; a module's layers get none.
// CHECK: %a = conv.pointwise %x, %v schedule = #conv.block<filters = 8, rows = 1, columns = 7> :
// CHECK: %b = conv.pointwise %a, %v schedule = #conv.block<filters = {{[0-9]+}}, rows = 1, columns = {{.*}}> :
// CHECK: %d = conv.depthwise %0, %1 {padding = [1, 1, 1, 1]} : tensor
// CHECK: %e = conv.pointwise %d, %2 : tensor
// CPU: expected a GPU target, found the CPU cortex-a76
func.func @main(%x : tensor<1x32x28x28xf32>, %v : tensor<32x32x1x1xf32>, %w : tensor<32x1x3x3xf32>) -> tensor<1x32x28x28xf32> {
  %a = conv.pointwise %x, %v schedule = #conv.block<filters = 8, rows = 1, columns = 7> : tensor<1x32x28x28xf32>, tensor<32x32x1x1xf32> -> tensor<1x32x28x28xf32>
  %b = conv.pointwise %a, %v : tensor<1x32x28x28xf32>, tensor<32x32x1x1xf32> -> tensor<1x32x28x28xf32>
  %c = conv.fused(%b, %w, %v) schedule = #conv.block<filters = 32, rows = 4, columns = 4, channels = 8> {
  ^bb0(%0: tensor<1x32x28x28xf32>, %1: tensor<32x1x3x3xf32>, %2: tensor<32x32x1x1xf32>):
    %d = conv.depthwise %0, %1 {padding = [1, 1, 1, 1]} : tensor<1x32x28x28xf32>, tensor<32x1x3x3xf32> -> tensor<1x32x28x28xf32>
    %e = conv.pointwise %d, %2 : tensor<1x32x28x28xf32>, tensor<32x32x1x1xf32> -> tensor<1x32x28x28xf32>
    conv.yield %e : tensor<1x32x28x28xf32>
  } : tensor<1x32x28x28xf32>, tensor<32x1x3x3xf32>, tensor<32x32x1x1xf32> -> tensor<1x32x28x28xf32>
  func.return %c : tensor<1x32x28x28xf32>
}
