// RUN: convopt %s -p conv-fuse-epilogues | filecheck %s
// RUN: convopt %s -p conv-fuse-epilogues --remarks=missed -o %t 2>&1 | filecheck %s --check-prefix=REMARK

// REMARK: read twice: missed: conv-fuse-epilogues: func.return reads the value
// REMARK-NEXT: scaled: missed: conv-fuse-epilogues: an operand of shape 1x2x1x1 is neither per channel nor like the result

// CHECK-LABEL: func.func @other_reader
// CHECK-NEXT: conv.pointwise %x, %w :
// CHECK-NEXT: conv.elementwise
func.func @other_reader(%x: tensor<1x2x6x6xf32>, %w: tensor<2x2x1x1xf32>) -> (tensor<1x2x6x6xf32>, tensor<1x2x6x6xf32>) {
  %0 = conv.pointwise %x, %w : tensor<1x2x6x6xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x6x6xf32> loc("read twice")
  %1 = conv.elementwise(%0) {
  ^bb0(%p: f32):
    %t = math.tanh %p : f32
    conv.yield %t : f32
  } : tensor<1x2x6x6xf32> -> tensor<1x2x6x6xf32>
  func.return %0, %1 : tensor<1x2x6x6xf32>, tensor<1x2x6x6xf32>
}

// CHECK-LABEL: func.func @scale_that_is_not_constant
// CHECK-NEXT: conv.pointwise %x, %w :
// CHECK-NEXT: conv.elementwise(%{{.*}}, %s)
func.func @scale_that_is_not_constant(%x: tensor<1x2x6x6xf32>, %w: tensor<2x2x1x1xf32>, %s: tensor<1x2x1x1xf32>) -> tensor<1x2x6x6xf32> {
  %0 = conv.pointwise %x, %w : tensor<1x2x6x6xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x6x6xf32> loc("scaled")
  %1 = conv.elementwise(%0, %s) {
  ^bb0(%p: f32, %q: f32):
    %m = arith.mulf %p, %q : f32
    conv.yield %m : f32
  } : tensor<1x2x6x6xf32>, tensor<1x2x1x1xf32> -> tensor<1x2x6x6xf32>
  func.return %1 : tensor<1x2x6x6xf32>
}
