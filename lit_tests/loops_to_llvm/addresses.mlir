// RUN: convopt %s -p conv-loops-to-llvm | filecheck %s

// The outer index is added in front of the inner loop, constants last; every access says align 4.
// CHECK-LABEL: llvm.func internal @nested
// CHECK-SAME:    %[[X:.*]]: !llvm.ptr {llvm.noalias}
// CHECK:       ^{{.*}}(%[[I:.*]]: i64):
// CHECK-NEXT:    %[[ROW:.*]] = llvm.mul %[[I]], %{{.*}} overflow<nsw> : i64
// CHECK-NEXT:    %[[P:.*]] = llvm.getelementptr %[[X]][%[[ROW]]]
// CHECK-NEXT:    llvm.br
// CHECK-NEXT:  ^{{.*}}(%[[J:.*]]: i64):
// CHECK-NEXT:    %[[COLUMN:.*]] = llvm.mul %[[J]]
// CHECK-NEXT:    %[[Q:.*]] = llvm.getelementptr %[[P]][%[[COLUMN]]]
// CHECK-NEXT:    %[[A:.*]] = llvm.getelementptr %[[Q]][96]
// CHECK-NEXT:    %[[V:.*]] = llvm.load %[[A]] {alignment = 4 : i64} : !llvm.ptr -> vector<4xf32>
// CHECK-NEXT:    llvm.store %[[V]], %[[Q]] {alignment = 4 : i64} : vector<4xf32>, !llvm.ptr
func.func private @nested(%x : memref<8x5x4xf32> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    %below = arith.addi %i, %c1 : index
    scf.for %j = %c0 to %c4 step %c1 {
      %right = arith.addi %j, %c1 : index
      %v = vector.load %x[%below, %right, %c0] : memref<8x5x4xf32>, vector<4xf32>
      vector.store %v, %x[%i, %j, %c0] : memref<8x5x4xf32>, vector<4xf32>
    }
  }
  func.return
}

// A view is an offset; it costs nothing until a call needs a pointer.
// CHECK-LABEL: llvm.func @main
// CHECK-SAME:    conv.role = "workspace", conv.shape = array<i64: 256>
// CHECK:         %[[P:.*]] = llvm.getelementptr %{{.*}}[64] : (!llvm.ptr) -> !llvm.ptr, i8
// CHECK-NEXT:    llvm.call @nested(%[[P]]) : (!llvm.ptr) -> ()
func.func @main(%w : memref<256xi8> {conv.role = "workspace"}) {
  %c64 = arith.constant 64 : index
  %x = memref.view %w[%c64][] : memref<256xi8> to memref<8x5x4xf32>
  func.call @nested(%x) : (memref<8x5x4xf32>) -> ()
  func.return
}
