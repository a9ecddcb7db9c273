// RUN: convopt %s -p conv-recognize-batch-norm | filecheck %s
// RUN: convopt %s -p conv-recognize-batch-norm --remarks=missed -o %t 2>&1 | filecheck %s --check-prefix=REMARK

// CHECK-NOT: conv.batch_norm

// A factor and an offset are what a batch norm would become where no convolution takes it.
// CHECK-LABEL: func.func @no_convolution
func.func @no_convolution(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %scale = arith.constant dense<[[[1.5]], [[2.0]]]> : tensor<2x1x1xf32>
  %shift = arith.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = conv.elementwise(%x, %scale, %shift) {
  ^bb0(%a: f32, %s: f32, %t: f32):
    %p = arith.mulf %a, %s : f32
    %q = arith.addf %p, %t : f32
    conv.yield %q : f32
  } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
  func.return %0 : tensor<1x2x4x4xf32>
}

// A bias alone is the start of an epilogue.
// CHECK-LABEL: func.func @bias
func.func @bias(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  %shift = arith.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %1 = conv.elementwise(%0, %shift) {
  ^bb0(%a: f32, %t: f32):
    %q = arith.addf %a, %t : f32
    conv.yield %q : f32
  } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
  func.return %1 : tensor<1x2x4x4xf32>
}

// Somebody else reads the convolution.
// CHECK-LABEL: func.func @other_reader
func.func @other_reader(%x: tensor<1x2x4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  %scale = arith.constant dense<[[[1.5]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %1 = conv.elementwise(%0, %scale) {
  ^bb0(%a: f32, %s: f32):
    %p = arith.mulf %a, %s : f32
    conv.yield %p : f32
  } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
  func.return %0, %1 : tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>
}

// Its weights are not constant.
// CHECK-LABEL: func.func @weights
func.func @weights(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32> {
  %scale = arith.constant dense<[[[1.5]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %1 = conv.elementwise(%0, %scale) {
  ^bb0(%a: f32, %s: f32):
    %p = arith.mulf %a, %s : f32
    conv.yield %p : f32
  } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
  func.return %1 : tensor<1x2x4x4xf32>
}

// Its epilogue does more than add.
// CHECK-LABEL: func.func @epilogue
func.func @epilogue(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  %scale = arith.constant dense<[[[1.5]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = conv.conv2d %x, %w epilogue {
  ^bb0(%acc: f32):
    %e = math.exp %acc : f32
    conv.yield %e : f32
  } : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %1 = conv.elementwise(%0, %scale) {
  ^bb0(%a: f32, %s: f32):
    %p = arith.mulf %a, %s : f32
    conv.yield %p : f32
  } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
  func.return %1 : tensor<1x2x4x4xf32>
}

// No factor and offset per channel: a value per column, a square, a quotient, an operand that varies.
// CHECK-LABEL: func.func @other_arithmetic
func.func @other_arithmetic(%x: tensor<1x2x4x4xf32>, %y: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  %columns = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %scale = arith.constant dense<[[[1.5]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %1 = conv.elementwise(%0, %columns) {
  ^bb0(%a: f32, %s: f32):
    %p = arith.mulf %a, %s : f32
    conv.yield %p : f32
  } : tensor<1x2x4x4xf32>, tensor<4xf32> -> tensor<1x2x4x4xf32>
  %2 = conv.conv2d %1, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %3 = conv.elementwise(%2) {
  ^bb0(%a: f32):
    %p = arith.mulf %a, %a : f32
    conv.yield %p : f32
  } : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
  %4 = conv.conv2d %3, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %5 = conv.elementwise(%4, %scale) {
  ^bb0(%a: f32, %s: f32):
    %p = arith.divf %s, %a : f32
    conv.yield %p : f32
  } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
  %6 = conv.conv2d %5, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %7 = conv.elementwise(%6, %y) {
  ^bb0(%a: f32, %s: f32):
    %p = arith.mulf %s, %a : f32
    conv.yield %p : f32
  } : tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>
  func.return %7 : tensor<1x2x4x4xf32>
}

// A result of half the precision is rounded.
// CHECK-LABEL: func.func @half
func.func @half(%x: tensor<1x2x4x4xf16>) -> tensor<1x2x4x4xf16> {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf16>
  %0 = conv.conv2d %x, %w : tensor<1x2x4x4xf16>, tensor<2x2x1x1xf16> -> tensor<1x2x4x4xf16>
  %1 = conv.elementwise(%0) {
  ^bb0(%a: f32):
    %p = arith.addf %a, %a : f32
    conv.yield %p : f32
  } : tensor<1x2x4x4xf16> -> tensor<1x2x4x4xf16>
  func.return %1 : tensor<1x2x4x4xf16>
}

// REMARK: keep.mlir:{{.*}}: missed: conv-recognize-batch-norm: a channel's factor or offset is not finite
// CHECK-LABEL: func.func @by_zero
func.func @by_zero(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  %deviation = arith.constant dense<[[[1.5]], [[0.0]]]> : tensor<2x1x1xf32>
  %0 = conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
  %1 = conv.elementwise(%0, %deviation) {
  ^bb0(%a: f32, %s: f32):
    %p = arith.divf %a, %s : f32
    conv.yield %p : f32
  } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
  func.return %1 : tensor<1x2x4x4xf32>
}

// CHECK-NOT: conv.batch_norm
