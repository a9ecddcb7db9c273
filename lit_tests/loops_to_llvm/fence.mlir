// RUN: convopt %s -p conv-loops-to-llvm | convopt - | filecheck %s
// RUN: convopt %s -p conv-loops-to-llvm | %mlir_opt | filecheck %s
// REQUIRES: mlir-opt

// A fence stays between the loads that it keeps apart.
// CHECK:      llvm.load
// CHECK-NEXT: llvm.fence syncscope("singlethread") seq_cst
// CHECK:      llvm.load
func.func private @kernel(%x : memref<8xf32>, %y : memref<8xf32>) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %a = memref.load %x[%c0] : memref<8xf32>
  llvm.fence syncscope("singlethread") seq_cst
  %b = memref.load %x[%c4] : memref<8xf32>
  memref.store %a, %y[%c0] : memref<8xf32>
  memref.store %b, %y[%c4] : memref<8xf32>
  func.return
}
