// RUN: convopt %s -p conv-loops-to-llvm | filecheck %s

// CHECK-LABEL: llvm.func internal @vectors
// CHECK-SAME:    %[[X:.*]]: !llvm.ptr, %[[V:.*]]: vector<4xf32>
func.func private @vectors(%x : memref<8xf32>, %v : vector<4xf32>) {
  %c0 = arith.constant 0 : index
  // One lane in every lane is one shuffle: the indexed multiply-add of NEON.
  // CHECK:      %[[SPLAT:.*]] = llvm.shufflevector %[[V]], %[[V]] [2, 2, 2, 2] : vector<4xf32>
  // CHECK-NEXT: %[[FMA:.*]] = llvm.intr.fma(%[[V]], %[[SPLAT]], %[[V]])
  %lane = vector.extract %v[2] : f32 from vector<4xf32>
  %splat = vector.broadcast %lane : f32 to vector<4xf32>
  %fma = vector.fma %v, %splat, %v : vector<4xf32>
  // CHECK-NEXT: %[[S:.*]] = llvm.load %[[X]]
  // CHECK-NEXT: %[[I:.*]] = llvm.insertelement %[[S]], %{{.*}} : i64] : vector<4xf32>
  // CHECK-NEXT: %[[B:.*]] = llvm.shufflevector %[[I]], %{{.*}} [0, 0, 0, 0] : vector<4xf32>
  %s = memref.load %x[%c0] : memref<8xf32>
  %b = vector.broadcast %s : f32 to vector<4xf32>
  // CHECK-NEXT: llvm.intr.maxnum(%[[FMA]], %[[B]])
  %m = arith.maxnumf %fma, %b : vector<4xf32>
  // CHECK-NEXT: llvm.call_intrinsic "llvm.vector.reduce.fadd.v4f32"(%{{.*}}, %{{.*}}) {{.*}}reassoc
  %r = vector.reduction <add>, %m : vector<4xf32> into f32
  // CHECK-NEXT: llvm.store
  memref.store %r, %x[%c0] : memref<8xf32>
  // CHECK-NEXT: llvm.call_intrinsic "llvm.prefetch.p0"(%[[X]],
  conv.prefetch %x[%c0] {write} : memref<8xf32>
  func.return
}
