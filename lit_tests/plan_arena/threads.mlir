// RUN: convopt %s -p conv-plan-arena | filecheck %s

// Behind the barrier and what threads share come the 1152 bytes of each thread: the two calls never
// run at the same time, so that their buffers share room.
// CHECK: %workspace: memref<2240xi8> {conv.thread_bytes = 1152 : i64}
// CHECK: [[SIZE:%[0-9]+]] = arith.constant 1152 : index
// CHECK: [[FIRST:%[0-9]+]] = arith.constant 1088 : index
// CHECK: [[OWN:%[0-9]+]] = arith.muli %thread, [[SIZE]] : index
// CHECK: [[AT:%[0-9]+]] = arith.addi [[OWN]], [[FIRST]] : index
// CHECK: memref.view %workspace[[[AT]]][]
func.func private @kernel(%x : memref<256xf32>, %y : memref<256xf32>, %own : memref<256xf32>)
func.func @main(%x : memref<256xf32>, %y : memref<256xf32>, %weights : memref<0xi8>, %workspace : memref<64xi8>, %thread : index, %threads : index) attributes {conv.entry} {
  %c0 = arith.constant 0 : index
  %a = memref.alloc() : memref<1024xi8>
  %av = memref.view %a[%c0][] : memref<1024xi8> to memref<256xf32>
  %s = memref.alloca() : memref<1024xi8>
  %sv = memref.view %s[%c0][] : memref<1024xi8> to memref<256xf32>
  func.call @kernel(%x, %av, %sv) : (memref<256xf32>, memref<256xf32>, memref<256xf32>) -> ()
  %t = memref.alloca() : memref<1152xi8>
  %tv = memref.view %t[%c0][] : memref<1152xi8> to memref<256xf32>
  func.call @kernel(%av, %y, %tv) : (memref<256xf32>, memref<256xf32>, memref<256xf32>) -> ()
  func.return
}
