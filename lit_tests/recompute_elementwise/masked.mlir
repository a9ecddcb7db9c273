// RUN: convopt %s -p conv-recompute-elementwise | filecheck %s
// RUN: convopt %s -p conv-recompute-elementwise --remarks=all -o %t 2>&1 | filecheck %s --check-prefix=REMARK

// REMARK-DAG: offset: passed: conv-recompute-elementwise: computes masked again
// REMARK-DAG: sums: passed: conv-recompute-elementwise: computes masked again
// REMARK: read by many: missed: conv-recompute-elementwise: its readers would read more than is read and written

// A masked gradient that sums and an elementwise operation read: both mask it themselves.
// CHECK-LABEL: func.func @masked
// CHECK-NEXT: %[[SUMS:.*]] = conv.channel_sums(%g, %z) {
// CHECK: arith.cmpf ogt
// CHECK: %[[VALUE:.*]] = arith.select
// CHECK: %[[PRODUCT:.*]] = arith.mulf %[[VALUE]], %[[VALUE]] : f32
// CHECK-NEXT: conv.yield %[[VALUE]], %[[PRODUCT]] : f32, f32
// CHECK: conv.elementwise(%g, %z, %{{.*}}) {
// CHECK: arith.select
// CHECK: arith.addf
// CHECK-NOT: conv.elementwise
// CHECK: func.return
func.func @masked(%g: tensor<2x8x4x4xf32>, %z: tensor<2x8x4x4xf32>) -> (tensor<2x8x1x1xf32>, tensor<2x8x4x4xf32>) {
  %m = conv.elementwise(%g, %z) {
  ^bb0(%a: f32, %b: f32):
    %zero = arith.constant 0.0 : f32
    %c = arith.cmpf ogt, %b, %zero : f32
    %s = arith.select %c, %a, %zero : f32
    conv.yield %s : f32
  } : tensor<2x8x4x4xf32>, tensor<2x8x4x4xf32> -> tensor<2x8x4x4xf32> loc("masked")
  %t = conv.channel_sums(%m) {
  ^bb0(%a: f32):
    %p = arith.mulf %a, %a : f32
    conv.yield %a, %p : f32, f32
  } : tensor<2x8x4x4xf32> -> tensor<2x8x1x1xf32> loc("sums")
  %o = conv.take_image %t {number = 1} : tensor<2x8x1x1xf32> -> tensor<1x8x1x1xf32>
  %y = conv.elementwise(%m, %o) {
  ^bb0(%a: f32, %b: f32):
    %d = arith.addf %a, %b : f32
    conv.yield %d : f32
  } : tensor<2x8x4x4xf32>, tensor<1x8x1x1xf32> -> tensor<2x8x4x4xf32> loc("offset")
  func.return %t, %y : tensor<2x8x1x1xf32>, tensor<2x8x4x4xf32>
}

// Three inputs, each read by three: nine arrays are more than three, three and the result.
// CHECK-LABEL: func.func @read_by_many
// CHECK: conv.elementwise(%a, %b, %c)
func.func @read_by_many(%a: tensor<1x8x4x4xf32>, %b: tensor<1x8x4x4xf32>, %c: tensor<1x8x4x4xf32>) -> (tensor<1x8x1x1xf32>, tensor<1x8x1x1xf32>, tensor<1x8x1x1xf32>) {
  %m = conv.elementwise(%a, %b, %c) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %s = arith.addf %p, %q : f32
    %t = arith.mulf %s, %r : f32
    conv.yield %t : f32
  } : tensor<1x8x4x4xf32>, tensor<1x8x4x4xf32>, tensor<1x8x4x4xf32> -> tensor<1x8x4x4xf32> loc("read by many")
  %0 = conv.channel_sums(%m) {
  ^bb0(%p: f32):
    conv.yield %p : f32
  } : tensor<1x8x4x4xf32> -> tensor<1x8x1x1xf32>
  %1 = conv.channel_sums(%m) {
  ^bb0(%p: f32):
    %n = arith.negf %p : f32
    conv.yield %n : f32
  } : tensor<1x8x4x4xf32> -> tensor<1x8x1x1xf32>
  %2 = conv.channel_sums(%m) {
  ^bb0(%p: f32):
    %n = arith.mulf %p, %p : f32
    conv.yield %n : f32
  } : tensor<1x8x4x4xf32> -> tensor<1x8x1x1xf32>
  func.return %0, %1, %2 : tensor<1x8x1x1xf32>, tensor<1x8x1x1xf32>, tensor<1x8x1x1xf32>
}
