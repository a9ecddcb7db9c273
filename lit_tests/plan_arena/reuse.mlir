// RUN: convopt %s -p conv-plan-arena | filecheck %s

// The third buffer takes the room of the first, behind the barrier's 64 bytes.
// CHECK: %workspace: memref<2112xi8>
// CHECK: %[[FIRST:.*]] = arith.constant 64 : index
// CHECK: memref.view %workspace[%[[FIRST]]][]
// CHECK: arith.constant 1088 : index
// CHECK: arith.constant 64 : index
func.func private @kernel(%x : memref<256xf32>, %y : memref<256xf32>)
func.func @main(%x : memref<256xf32>, %y : memref<256xf32>, %weights : memref<0xi8>, %workspace : memref<64xi8>, %thread : index, %threads : index) attributes {conv.entry} {
  %c0 = arith.constant 0 : index
  %a = memref.alloc() : memref<1024xi8>
  %av = memref.view %a[%c0][] : memref<1024xi8> to memref<256xf32>
  func.call @kernel(%x, %av) : (memref<256xf32>, memref<256xf32>) -> ()
  %b = memref.alloc() : memref<1024xi8>
  %bv = memref.view %b[%c0][] : memref<1024xi8> to memref<256xf32>
  func.call @kernel(%av, %bv) : (memref<256xf32>, memref<256xf32>) -> ()
  %c = memref.alloc() : memref<1024xi8>
  %cv = memref.view %c[%c0][] : memref<1024xi8> to memref<256xf32>
  func.call @kernel(%bv, %cv) : (memref<256xf32>, memref<256xf32>) -> ()
  func.call @kernel(%cv, %y) : (memref<256xf32>, memref<256xf32>) -> ()
  func.return
}
