// RUN: convopt %s -p conv-loops-to-llvm | filecheck %s

// A loop of known extent tests at its end only.
// CHECK-LABEL: llvm.func internal @static
// CHECK:         llvm.br ^[[BODY:.*]](%{{.*}} : i64)
// CHECK-NEXT:  ^[[BODY]](%[[I:.*]]: i64):
// CHECK:         %[[NEXT:.*]] = llvm.add %[[I]], %{{.*}} overflow<nsw> : i64
// CHECK-NEXT:    %[[AGAIN:.*]] = llvm.icmp "ne" %[[NEXT]]
// CHECK-NEXT:    llvm.cond_br %[[AGAIN]], ^[[BODY]](%[[NEXT]] : i64), ^[[AFTER:.*]]
// CHECK-NEXT:  ^[[AFTER]]:
// CHECK-NEXT:    llvm.return
func.func private @static(%x : memref<4xf32>, %v : f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    memref.store %v, %x[%i] : memref<4xf32>
  }
  func.return
}

// A loop of unknown extent tests once more in front; what it carries passes by.
// CHECK-LABEL: llvm.func internal @dynamic
// CHECK-SAME:    %[[N:[a-z]+]]: i64
// CHECK:         %[[RUNS:.*]] = llvm.icmp "slt" %{{.*}}, %[[N]]
// CHECK-NEXT:    llvm.cond_br %[[RUNS]], ^[[BODY:.*]](%{{.*}}, %[[V:.*]] : i64, f32), ^[[AFTER:.*]](%[[V]] : f32)
// CHECK-NEXT:  ^[[BODY]](%{{.*}}: i64, %[[S:.*]]: f32):
// CHECK-NEXT:    %[[T:.*]] = llvm.fadd %[[S]], %[[S]] : f32
// CHECK:         llvm.cond_br %{{.*}}, ^[[BODY]](%{{.*}}, %[[T]] : i64, f32), ^[[AFTER]](%[[T]] : f32)
// CHECK-NEXT:  ^[[AFTER]](%[[R:.*]]: f32):
// CHECK-NEXT:    llvm.store %[[R]]
func.func private @dynamic(%x : memref<4xf32>, %n : index, %v : f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %v) -> (f32) {
    %t = arith.addf %s, %s : f32
    scf.yield %t : f32
  }
  memref.store %r, %x[%c0] : memref<4xf32>
  func.return
}

// A loop that runs once is its body, one that does not run is nothing.
// CHECK-LABEL: llvm.func internal @trivial
// CHECK-NOT:     llvm.br
// CHECK:         llvm.store
// CHECK-NOT:     llvm.store
// CHECK:         llvm.return
func.func private @trivial(%x : memref<4xf32>, %v : f32) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  scf.for %i = %c0 to %c2 step %c2 {
    memref.store %v, %x[%i] : memref<4xf32>
  }
  scf.for %i = %c2 to %c0 step %c2 {
    memref.store %v, %x[%i] : memref<4xf32>
  }
  func.return
}
