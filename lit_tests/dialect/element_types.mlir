// RUN: convopt %s | convopt | filecheck %s
// RUN: convopt %s --print-op-generic | convopt | filecheck %s

// Weights and activations of f16; sums, epilogues and what is per channel are f32.
// CHECK-LABEL: func.func @f16
func.func @f16(%x: tensor<1x4x5x5xf16>, %r: tensor<1x2x5x5xf16>, %s: tensor<1x4x1x1xf16>) -> tensor<1x2x1x1xf16> {
  // CHECK: arith.constant dense<{{\[\[\[\[}}1.000000e+00]], {{\[\[}}-5.000000e-01]], {{\[\[}}6.550400e+04]], {{\[\[}}9.997560e-02]]], {{.*}} : tensor<2x4x1x1xf16>
  %w = arith.constant dense<[[[[1.0]], [[-0.5]], [[65504.0]], [[0.1]]], [[[0.0]], [[1.0]], [[2.0]], [[3.0]]]]> : tensor<2x4x1x1xf16>
  %b = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
  // CHECK: conv.pointwise %x, %w scale(%s : tensor<1x4x1x1xf16>) epilogue(%b, %r : tensor<2xf32>, tensor<1x2x5x5xf16>) {
  // CHECK-NEXT: ^bb0(%acc: f32, %bias: f32, %residual: f32):
  // CHECK: conv.yield %{{.*}} : f32
  // CHECK: } : tensor<1x4x5x5xf16>, tensor<2x4x1x1xf16> -> tensor<1x2x5x5xf16>
  %0 = conv.pointwise %x, %w scale(%s : tensor<1x4x1x1xf16>) epilogue(%b, %r : tensor<2xf32>, tensor<1x2x5x5xf16>) {
  ^bb0(%acc: f32, %bias: f32, %residual: f32):
    %sum = arith.addf %acc, %bias : f32
    %all = arith.addf %sum, %residual : f32
    conv.yield %all : f32
  } : tensor<1x4x5x5xf16>, tensor<2x4x1x1xf16> -> tensor<1x2x5x5xf16>
  // CHECK: conv.pointwise %x, %w : tensor<1x4x5x5xf16>, tensor<2x4x1x1xf16> -> tensor<1x2x5x5xf32>
  %1 = conv.pointwise %x, %w : tensor<1x4x5x5xf16>, tensor<2x4x1x1xf16> -> tensor<1x2x5x5xf32>
  // CHECK: conv.cast %1 : tensor<1x2x5x5xf32> -> tensor<1x2x5x5xf16>
  %2 = conv.cast %1 : tensor<1x2x5x5xf32> -> tensor<1x2x5x5xf16>
  // CHECK: conv.cast %2 : tensor<1x2x5x5xf16> -> tensor<1x2x5x5xf32>
  %3 = conv.cast %2 : tensor<1x2x5x5xf16> -> tensor<1x2x5x5xf32>
  // CHECK: conv.concat %0, %2 {axis = 1} : tensor<1x2x5x5xf16>, tensor<1x2x5x5xf16> -> tensor<1x4x5x5xf16>
  %4 = conv.concat %0, %2 {axis = 1} : tensor<1x2x5x5xf16>, tensor<1x2x5x5xf16> -> tensor<1x4x5x5xf16>
  // CHECK: conv.convert_layout %4 : tensor<1x4x5x5xf16> -> tensor<1x4x5x5xf16, #conv.layout<nchwc, 2>>
  %5 = conv.convert_layout %4 : tensor<1x4x5x5xf16> -> tensor<1x4x5x5xf16, #conv.layout<nchwc, 2>>
  // CHECK: conv.pool average %2 {kernel = [2, 2]} : tensor<1x2x5x5xf16> -> tensor<1x2x4x4xf16>
  %6 = conv.pool average %2 {kernel = [2, 2]} : tensor<1x2x5x5xf16> -> tensor<1x2x4x4xf16>
  // CHECK: conv.global_pool average %6 : tensor<1x2x4x4xf16> -> tensor<1x2x1x1xf16>
  %7 = conv.global_pool average %6 : tensor<1x2x4x4xf16> -> tensor<1x2x1x1xf16>
  func.return %7 : tensor<1x2x1x1xf16>
}

// The sums of i8 are i32; the epilogue makes f32 of them, and i8 again.
// CHECK-LABEL: func.func @i8
func.func @i8(%x: tensor<1x2x5x5xf32>, %inverse: tensor<1xf32>) -> tensor<1x2x5x5xf32> {
  // CHECK: arith.constant dense<{{\[\[\[\[}}1]], {{\[\[}}-128]]], {{\[\[\[}}127]], {{\[\[}}0]]]]> : tensor<2x2x1x1xi8>
  %w = arith.constant dense<[[[[1]], [[-128]]], [[[127]], [[0]]]]> : tensor<2x2x1x1xi8>
  %scales = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
  // CHECK: conv.elementwise(%x, %inverse) {
  // CHECK: arith.fptosi %{{.*}} : f32 to i8
  // CHECK: conv.yield %{{.*}} : i8
  // CHECK: } : tensor<1x2x5x5xf32>, tensor<1xf32> -> tensor<1x2x5x5xi8>
  %0 = conv.elementwise(%x, %inverse) {
  ^bb0(%a: f32, %s: f32):
    %least = arith.constant -128.0 : f32
    %most = arith.constant 127.0 : f32
    %scaled = arith.mulf %a, %s : f32
    %rounded = math.roundeven %scaled : f32
    %above = arith.maxnumf %rounded, %least : f32
    %clamped = arith.minnumf %above, %most : f32
    %q = arith.fptosi %clamped : f32 to i8
    conv.yield %q : i8
  } : tensor<1x2x5x5xf32>, tensor<1xf32> -> tensor<1x2x5x5xi8>
  // CHECK: conv.pool max %0 {kernel = [3, 3], padding = [1, 1, 1, 1]} : tensor<1x2x5x5xi8> -> tensor<1x2x5x5xi8>
  %1 = conv.pool max %0 {kernel = [3, 3], padding = [1, 1, 1, 1]} : tensor<1x2x5x5xi8> -> tensor<1x2x5x5xi8>
  // CHECK: conv.pointwise %1, %w epilogue(%scales, %0 : tensor<2xf32>, tensor<1x2x5x5xi8>) {
  // CHECK-NEXT: ^bb0(%acc: i32, %scale: f32, %residual: i32):
  // CHECK: arith.sitofp %acc : i32 to f32
  // CHECK: } : tensor<1x2x5x5xi8>, tensor<2x2x1x1xi8> -> tensor<1x2x5x5xf32>
  %2 = conv.pointwise %1, %w epilogue(%scales, %0 : tensor<2xf32>, tensor<1x2x5x5xi8>) {
  ^bb0(%acc: i32, %scale: f32, %residual: i32):
    %sum = arith.sitofp %acc : i32 to f32
    %product = arith.mulf %sum, %scale : f32
    %r = arith.sitofp %residual : i32 to f32
    %all = arith.addf %product, %r : f32
    conv.yield %all : f32
  } : tensor<1x2x5x5xi8>, tensor<2x2x1x1xi8> -> tensor<1x2x5x5xf32>
  // CHECK: conv.pad %0 {padding = [1, 1, 1, 1], value = -3.000000e+00 : f32} : tensor<1x2x5x5xi8> -> tensor<1x2x7x7xi8>
  %3 = conv.pad %0 {padding = [1, 1, 1, 1], value = -3.0 : f32} : tensor<1x2x5x5xi8> -> tensor<1x2x7x7xi8>
  // CHECK: conv.reshape %3 : tensor<1x2x7x7xi8> -> tensor<1x98xi8>
  %4 = conv.reshape %3 : tensor<1x2x7x7xi8> -> tensor<1x98xi8>
  // CHECK: conv.convert_layout %3 : tensor<1x2x7x7xi8> -> tensor<1x2x7x7xi8, #conv.layout<nchwc, 4>>
  %5 = conv.convert_layout %3 : tensor<1x2x7x7xi8> -> tensor<1x2x7x7xi8, #conv.layout<nchwc, 4>>
  func.return %2 : tensor<1x2x5x5xf32>
}
