// RUN: convopt %s -p "conv-outline-kernels{target=x86-64-v4}" | filecheck %s

// Two equal ops are two calls of one kernel, with a barrier between them; the second writes the
// caller's buffer.
// CHECK: func.func private @convopt_barrier
// CHECK-NEXT: func.func private @f32_elementwise_2x3_plain_[[HASH:[0-9a-f]+]](
// CHECK: func.func @main(%{{.*}}: memref<2x3xf32> {conv.name = "x", conv.role = "input"}, %{{.*}}: memref<2x3xf32> {conv.name = "y", conv.role = "output"}, %{{.*}}: memref<0xi8> {conv.name = "weights", conv.role = "weights"}, %{{.*}}: memref<64xi8> {conv.name = "workspace", conv.role = "workspace"}, %{{.*}}: index {conv.name = "thread", conv.role = "thread"}, %{{.*}}: index {conv.name = "threads", conv.role = "threads"})
// CHECK: memref.alloc() : memref<24xi8>
// CHECK: func.call @f32_elementwise_2x3_plain_
// CHECK: func.call @convopt_barrier
// CHECK: func.call @f32_elementwise_2x3_plain_
// CHECK-NEXT: func.return
func.func @main(%x : tensor<2x3xf32> {conv.name = "x"}) -> (tensor<2x3xf32> {conv.name = "y"}) {
  %a = conv.elementwise(%x) {
  ^bb0(%v : f32):
    %n = arith.negf %v : f32
    conv.yield %n : f32
  } : tensor<2x3xf32> -> tensor<2x3xf32>
  %b = conv.elementwise(%a) {
  ^bb0(%v : f32):
    %n = arith.negf %v : f32
    conv.yield %n : f32
  } : tensor<2x3xf32> -> tensor<2x3xf32>
  func.return %b : tensor<2x3xf32>
}
