// RUN: convopt %s -p "conv-fuse-modules{target=x86-64-v4}" | filecheck %s
// RUN: convopt %s -p "conv-fuse-modules{target=x86-64-v4 max_stages=1}" | filecheck %s --check-prefix=APART
// RUN: convopt %s -p 'conv-fuse-modules{target=x86-64-v4 forbid="conv.depthwise"}' | filecheck %s --check-prefix=APART

// 96 channels of 112 x 112 are more than any cache near the core holds: the pair becomes a module. The
// residual's result has two users and stays outside.
// CHECK-LABEL: func.func @main
// CHECK-NEXT: conv.fused(%x, %p, %d) schedule = #conv.band<rows =
// CHECK: conv.pointwise
// CHECK: conv.depthwise
// CHECK: conv.yield
// CHECK: conv.pointwise
// CHECK: conv.elementwise
// APART-NOT: conv.fused
func.func @main(%x : tensor<1x16x112x112xf32, #conv.layout<nchwc, 16>>, %p : tensor<96x16x1x1xf32>, %d : tensor<96x1x3x3xf32>, %q : tensor<96x96x1x1xf32>) -> tensor<1x96x56x56xf32, #conv.layout<nchwc, 16>> {
  %a = conv.pointwise %x, %p : tensor<1x16x112x112xf32, #conv.layout<nchwc, 16>>, tensor<96x16x1x1xf32> -> tensor<1x96x112x112xf32, #conv.layout<nchwc, 16>>
  %b = conv.depthwise %a, %d {stride = [2, 2], padding = [1, 1, 1, 1]} : tensor<1x96x112x112xf32, #conv.layout<nchwc, 16>>, tensor<96x1x3x3xf32> -> tensor<1x96x56x56xf32, #conv.layout<nchwc, 16>>
  %c = conv.pointwise %b, %q : tensor<1x96x56x56xf32, #conv.layout<nchwc, 16>>, tensor<96x96x1x1xf32> -> tensor<1x96x56x56xf32, #conv.layout<nchwc, 16>>
  %y = conv.elementwise(%b, %c) {
  ^bb0(%l : f32, %r : f32):
    %s = arith.addf %l, %r : f32
    conv.yield %s : f32
  } : tensor<1x96x56x56xf32, #conv.layout<nchwc, 16>>, tensor<1x96x56x56xf32, #conv.layout<nchwc, 16>> -> tensor<1x96x56x56xf32, #conv.layout<nchwc, 16>>
  func.return %y : tensor<1x96x56x56xf32, #conv.layout<nchwc, 16>>
}
