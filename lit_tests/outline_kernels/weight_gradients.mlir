// RUN: convopt %s -p "conv-outline-kernels{target=x86-64-v4}" | filecheck %s

// Accumulators are results and go through the loop over rows; the tap in the padding has no code.
// CHECK: func.func private @f32_wgrad1x2s1g16_16x1x2_nchw16c_1x2_{{[0-9a-f]+}}(%[[X:.*]]: memref<1x1x2x2x16xf32> {llvm.noalias}, %[[DY:.*]]: memref<1x1x2x2x16xf32> {llvm.noalias}, %[[DW:.*]]: memref<1x2x16xf32> {llvm.noalias}, %{{.*}}: index, %{{.*}}: index) attributes {conv.macs = 128 : i64}
// CHECK: scf.for %[[BLOCK:.*]] = {{.*}} {
// CHECK-NEXT: %[[SUMS:.*]], %{{.*}} = scf.for %[[ROW:.*]] = {{.*}} iter_args(%[[A:.*]] = %{{.*}}, %[[B:.*]] = %{{.*}}) -> (vector<16xf32>, vector<16xf32>) {
// CHECK-NEXT: llvm.fence
// CHECK-NEXT: %[[X0:.*]] = vector.load %[[X]][%{{.*}}, %[[BLOCK]], %[[ROW]],
// CHECK-NEXT: %[[D0:.*]] = vector.load %[[DY]][%{{.*}}, %[[BLOCK]], %[[ROW]],
// CHECK-NEXT: %[[A0:.*]] = vector.fma %[[X0]], %[[D0]], %[[A]]
// CHECK-NEXT: %[[X1:.*]] = vector.load %[[X]][
// CHECK-NEXT: %[[B0:.*]] = vector.fma %[[X1]], %[[D0]], %[[B]]
// CHECK-NEXT: %[[D1:.*]] = vector.load %[[DY]][
// CHECK-NEXT: %[[A1:.*]] = vector.fma %[[X1]], %[[D1]], %[[A0]]
// CHECK-NEXT: scf.yield %[[A1]], %[[B0]]
// CHECK: vector.store %[[SUMS]], %[[DW]][%[[BLOCK]],
func.func @main(%x : tensor<1x16x2x2xf32, #conv.layout<nchwc, 16>>, %dy : tensor<1x16x2x2xf32, #conv.layout<nchwc, 16>>) -> tensor<1x16x1x2xf32, #conv.layout<nchwc, 16>> {
  %dw = conv.weight_gradient %x, %dy {kernel = [1, 2], padding = [0, 0, 0, 1], groups = 16} schedule = #conv.gradient_tile<grad, columns = 2> : tensor<1x16x2x2xf32, #conv.layout<nchwc, 16>>, tensor<1x16x2x2xf32, #conv.layout<nchwc, 16>> -> tensor<1x16x1x2xf32, #conv.layout<nchwc, 16>>
  func.return %dw : tensor<1x16x1x2xf32, #conv.layout<nchwc, 16>>
}
