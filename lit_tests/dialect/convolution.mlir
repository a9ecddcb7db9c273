// RUN: convopt %s | convopt | filecheck %s
// RUN: convopt %s --print-op-generic | convopt | filecheck %s

// CHECK-LABEL: func.func @conv2d
func.func @conv2d(%x: tensor<2x4x9x8xf32>, %w: tensor<8x4x3x5xf32>, %v: tensor<8x1x1x1xf32>) -> tensor<2x8x7x4xf32> {
  // CHECK: conv.conv2d %x, %w : tensor<2x4x9x8xf32>, tensor<8x4x3x5xf32> -> tensor<2x8x7x4xf32>
  %0 = conv.conv2d %x, %w : tensor<2x4x9x8xf32>, tensor<8x4x3x5xf32> -> tensor<2x8x7x4xf32>
  // CHECK: conv.conv2d %x, %w {stride = [2, 3], padding = [1, 2, 0, 4], dilation = [3, 1]} : tensor<2x4x9x8xf32>, tensor<8x4x3x5xf32> -> tensor<2x8x2x4xf32>
  %1 = conv.conv2d %x, %w {stride = [2, 3], padding = [1, 2, 0, 4], dilation = [3, 1], groups = 1} : tensor<2x4x9x8xf32>, tensor<8x4x3x5xf32> -> tensor<2x8x2x4xf32>
  // CHECK: conv.conv2d %x, %v {groups = 4, note = "kept"} : tensor<2x4x9x8xf32>, tensor<8x1x1x1xf32> -> tensor<2x8x9x8xf32>
  %2 = conv.conv2d %x, %v {note = "kept", groups = 4} : tensor<2x4x9x8xf32>, tensor<8x1x1x1xf32> -> tensor<2x8x9x8xf32>
  func.return %0 : tensor<2x8x7x4xf32>
}

// CHECK-LABEL: func.func @grouped
func.func @grouped(%x: tensor<1x8x6x6xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<1x4x4x4xf32> {
  // CHECK: conv.grouped %x, %w {groups = 2} : tensor<1x8x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<1x4x4x4xf32>
  %0 = conv.grouped %x, %w {groups = 2} : tensor<1x8x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<1x4x4x4xf32>
  func.return %0 : tensor<1x4x4x4xf32>
}

// CHECK-LABEL: func.func @depthwise
func.func @depthwise(%x: tensor<1x8x6x6xf32>, %w: tensor<16x1x3x3xf32>) -> tensor<1x16x3x3xf32> {
  // CHECK: conv.depthwise %x, %w {stride = [2, 2], padding = [1, 1, 1, 1]} : tensor<1x8x6x6xf32>, tensor<16x1x3x3xf32> -> tensor<1x16x3x3xf32>
  %0 = conv.depthwise %x, %w {stride = [2, 2], padding = [1, 1, 1, 1]} : tensor<1x8x6x6xf32>, tensor<16x1x3x3xf32> -> tensor<1x16x3x3xf32>
  func.return %0 : tensor<1x16x3x3xf32>
}

// CHECK-LABEL: func.func @pointwise
func.func @pointwise(%x: tensor<2x3x5x5xf32>, %w: tensor<4x3x1x1xf32>, %s: tensor<2x3x1x1xf32>) -> tensor<2x4x3x3xf32> {
  // CHECK: conv.pointwise %x, %w {stride = [2, 2]} scale(%s : tensor<2x3x1x1xf32>) : tensor<2x3x5x5xf32>, tensor<4x3x1x1xf32> -> tensor<2x4x3x3xf32>
  %0 = conv.pointwise %x, %w {stride = [2, 2]} scale(%s : tensor<2x3x1x1xf32>) : tensor<2x3x5x5xf32>, tensor<4x3x1x1xf32> -> tensor<2x4x3x3xf32>
  func.return %0 : tensor<2x4x3x3xf32>
}

// CHECK-LABEL: func.func @epilogue
func.func @epilogue(%x: tensor<1x3x5x5xf32>, %w: tensor<4x3x1x1xf32>, %s: tensor<1x3x1x1xf32>, %b: tensor<4xf32>, %r: tensor<1x4x5x5xf32>) -> tensor<1x4x5x5xf32> {
  // CHECK: conv.pointwise %x, %w scale(%s : tensor<1x3x1x1xf32>) schedule = #conv.tile<broadcast, columns = 5> epilogue(%b, %r : tensor<4xf32>, tensor<1x4x5x5xf32>) {
  // CHECK-NEXT: ^bb0(%acc: f32, %bias: f32, %rest: f32):
  // CHECK-NEXT: %sum = arith.addf %acc, %bias : f32
  // CHECK-NEXT: %all = arith.addf %sum, %rest : f32
  // CHECK-NEXT: conv.yield %all : f32
  // CHECK-NEXT: } : tensor<1x3x5x5xf32>, tensor<4x3x1x1xf32> -> tensor<1x4x5x5xf32>
  %0 = conv.pointwise %x, %w scale(%s : tensor<1x3x1x1xf32>) schedule = #conv.tile<broadcast, columns = 5> epilogue(%b, %r : tensor<4xf32>, tensor<1x4x5x5xf32>) {
  ^bb0(%acc: f32, %bias: f32, %rest: f32):
    %sum = arith.addf %acc, %bias : f32
    %all = arith.addf %sum, %rest : f32
    conv.yield %all : f32
  } : tensor<1x3x5x5xf32>, tensor<4x3x1x1xf32> -> tensor<1x4x5x5xf32>
  // CHECK: conv.pointwise %x, %w epilogue {
  // CHECK-NEXT: ^bb0(%a: f32):
  // CHECK-NEXT: conv.yield %a : f32
  %1 = conv.pointwise %x, %w epilogue {
  ^bb0(%a: f32):
    conv.yield %a : f32
  } : tensor<1x3x5x5xf32>, tensor<4x3x1x1xf32> -> tensor<1x4x5x5xf32>
  func.return %0 : tensor<1x4x5x5xf32>
}
