// RUN: convopt %s -p conv-expand-math | filecheck %s

// NaN passes the clamp (maximumf, minimumf); 2^n comes from the bits of x / ln 2 + 1.5 * 2^23.
// CHECK-LABEL: func.func private @exp
// CHECK-SAME:    %[[X:.*]]: vector<4xf32>
// CHECK-DAG:     %[[BIG:.*]] = arith.constant dense<"0x0000404B0000404B0000404B0000404B">
// CHECK-DAG:     %[[C23:.*]] = arith.constant dense<23> : vector<4xi32>
// CHECK:         %[[LOW:.*]] = arith.maximumf %[[X]]
// CHECK-NEXT:    %[[C:.*]] = arith.minimumf %[[LOW]]
// CHECK-NEXT:    %[[SHIFTED:.*]] = math.fma %[[C]], %{{.*}}, %{{.*}} : vector<4xf32>
// CHECK-NEXT:    %[[N:.*]] = arith.subf %[[SHIFTED]]
// CHECK:         %[[BITS:.*]] = arith.bitcast %[[SHIFTED]] : vector<4xf32> to vector<4xi32>
// CHECK-NEXT:    arith.shli %[[BITS]], %[[C23]] : vector<4xi32>
// CHECK-NEXT:    arith.addi
// CHECK-NEXT:    %[[SCALE:.*]] = arith.bitcast
// CHECK-COUNT-6: math.fma
// CHECK-NEXT:    arith.mulf %{{.*}}, %[[SCALE]]
// CHECK-NOT:     math.exp
func.func private @exp(%x : vector<4xf32>, %y : memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %e = math.exp %x : vector<4xf32>
  vector.store %e, %y[%c0] : memref<4xf32>, vector<4xf32>
  func.return
}

// Scalars too; equal constants are written once.
// CHECK-LABEL: func.func private @tanh
// CHECK-COUNT-1: arith.constant 8.187000e+00 : f32
// CHECK-NOT:     arith.constant 8.187000e+00 : f32
// CHECK-COUNT-2: arith.divf
// CHECK-NOT:     math.tanh
func.func private @tanh(%a : f32, %b : f32, %y : memref<2xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = math.tanh %a : f32
  %t = math.tanh %b : f32
  memref.store %s, %y[%c0] : memref<2xf32>
  memref.store %t, %y[%c1] : memref<2xf32>
  func.return
}

// Other types stay.
// CHECK-LABEL: func.func private @double
// CHECK:         math.exp %{{.*}} : f64
func.func private @double(%a : f64) {
  %e = math.exp %a : f64
  func.return
}
