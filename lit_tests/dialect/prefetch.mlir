// RUN: convopt %s | convopt | filecheck %s
// RUN: convopt %s --print-op-generic | convopt | filecheck %s

// CHECK-LABEL: func.func @prefetch
func.func @prefetch(%m: memref<8x16xf32>, %i: index, %j: index) {
  // CHECK: conv.prefetch %m[%i, %j] : memref<8x16xf32>
  conv.prefetch %m[%i, %j] : memref<8x16xf32>
  // CHECK: conv.prefetch %m[%j, %i] {write} : memref<8x16xf32>
  conv.prefetch %m[%j, %i] {write} : memref<8x16xf32>
  func.return
}
