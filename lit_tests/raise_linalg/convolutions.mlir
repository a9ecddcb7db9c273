// RUN: convopt %s -p conv-raise-linalg | filecheck %s
// RUN: %if mlir-opt %{ %mlir_opt %s -o /dev/null %}

// Every named convolution that MLIR 19 has, of two axes.

// CHECK-LABEL: func.func @nchw_fchw
// CHECK-NEXT:    %0 = conv.conv2d %x, %w {stride = [2, 1], dilation = [1, 2]} : tensor<1x4x8x9xf32>, tensor<6x4x3x3xf32> -> tensor<1x6x3x5xf32>
// CHECK-NEXT:    func.return %0
func.func @nchw_fchw(%x: tensor<1x4x8x9xf32>, %w: tensor<6x4x3x3xf32>) -> tensor<1x6x3x5xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.empty() : tensor<1x6x3x5xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<1x6x3x5xf32>) -> tensor<1x6x3x5xf32>
  %2 = linalg.conv_2d_nchw_fchw {dilations = dense<[1, 2]> : vector<2xi64>, strides = dense<[2, 1]> : vector<2xi64>} ins(%x, %w : tensor<1x4x8x9xf32>, tensor<6x4x3x3xf32>) outs(%1 : tensor<1x6x3x5xf32>) -> tensor<1x6x3x5xf32>
  return %2 : tensor<1x6x3x5xf32>
}

// Strides and dilations are one where none are given.
// CHECK-LABEL: func.func @nhwc_hwcf
// CHECK-NEXT:    %0 = conv.transpose %x {permutation = [0, 3, 1, 2]} : tensor<1x8x9x4xf32> -> tensor<1x4x8x9xf32>
// CHECK-NEXT:    %1 = conv.transpose %w {permutation = [3, 2, 0, 1]} : tensor<3x3x4x6xf32> -> tensor<6x4x3x3xf32>
// CHECK-NEXT:    %2 = conv.conv2d %0, %1 : tensor<1x4x8x9xf32>, tensor<6x4x3x3xf32> -> tensor<1x6x6x7xf32>
// CHECK-NEXT:    %3 = conv.transpose %2 {permutation = [0, 2, 3, 1]} : tensor<1x6x6x7xf32> -> tensor<1x6x7x6xf32>
// CHECK-NEXT:    func.return %3
func.func @nhwc_hwcf(%x: tensor<1x8x9x4xf32>, %w: tensor<3x3x4x6xf32>) -> tensor<1x6x7x6xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x6x7x6xf32>
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x8x9x4xf32>, tensor<3x3x4x6xf32>) outs(%zeros : tensor<1x6x7x6xf32>) -> tensor<1x6x7x6xf32>
  return %0 : tensor<1x6x7x6xf32>
}

// CHECK-LABEL: func.func @nhwc_fhwc
// CHECK:         conv.transpose %w {permutation = [0, 3, 1, 2]} : tensor<6x3x3x4xf32> -> tensor<6x4x3x3xf32>
// CHECK-NEXT:    conv.conv2d {{.*}} {stride = [2, 2]} : tensor<1x4x8x9xf32>, tensor<6x4x3x3xf32> -> tensor<1x6x3x4xf32>
// CHECK-NEXT:    conv.transpose {{.*}} {permutation = [0, 2, 3, 1]}
func.func @nhwc_fhwc(%x: tensor<1x8x9x4xf32>, %w: tensor<6x3x3x4xf32>) -> tensor<1x3x4x6xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x3x4x6xf32>
  %0 = linalg.conv_2d_nhwc_fhwc {strides = dense<2> : tensor<2xi64>} ins(%x, %w : tensor<1x8x9x4xf32>, tensor<6x3x3x4xf32>) outs(%zeros : tensor<1x3x4x6xf32>) -> tensor<1x3x4x6xf32>
  return %0 : tensor<1x3x4x6xf32>
}

// What torch-mlir prints for groups.
// CHECK-LABEL: func.func @ngchw_gfchw
// CHECK-NEXT:    %0 = conv.conv2d %x, %w {dilation = [2, 2], groups = 2} epilogue(%b : tensor<6xf32>) {
// CHECK-NEXT:    ^bb0([[ACC:%.*]]: f32, [[BIAS:%.*]]: f32):
// CHECK-NEXT:      [[SUM:%.*]] = arith.addf [[ACC]], [[BIAS]] : f32
// CHECK-NEXT:      conv.yield [[SUM]] : f32
// CHECK-NEXT:    } : tensor<1x4x10x11xf32>, tensor<6x2x3x3xf32> -> tensor<1x6x6x7xf32>
// CHECK-NEXT:    func.return %0
func.func @ngchw_gfchw(%x: tensor<1x4x10x11xf32>, %w: tensor<6x2x3x3xf32>, %b: tensor<6xf32>) -> tensor<1x6x6x7xf32> {
  %0 = tensor.empty() : tensor<1x6x6x7xf32>
  %1 = linalg.broadcast ins(%b : tensor<6xf32>) outs(%0 : tensor<1x6x6x7xf32>) dimensions = [0, 2, 3]
  %2 = tensor.expand_shape %x [[0], [1, 2], [3], [4]] output_shape [1, 2, 2, 10, 11] : tensor<1x4x10x11xf32> into tensor<1x2x2x10x11xf32>
  %3 = tensor.expand_shape %w [[0, 1], [2], [3], [4]] output_shape [2, 3, 2, 3, 3] : tensor<6x2x3x3xf32> into tensor<2x3x2x3x3xf32>
  %4 = tensor.expand_shape %1 [[0], [1, 2], [3], [4]] output_shape [1, 2, 3, 6, 7] : tensor<1x6x6x7xf32> into tensor<1x2x3x6x7xf32>
  %5 = linalg.conv_2d_ngchw_gfchw {dilations = dense<2> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%2, %3 : tensor<1x2x2x10x11xf32>, tensor<2x3x2x3x3xf32>) outs(%4 : tensor<1x2x3x6x7xf32>) -> tensor<1x2x3x6x7xf32>
  %6 = tensor.collapse_shape %5 [[0], [1, 2], [3], [4]] : tensor<1x2x3x6x7xf32> into tensor<1x6x6x7xf32>
  return %6 : tensor<1x6x6x7xf32>
}

// CHECK-LABEL: func.func @ngchw_fgchw
// CHECK:         conv.transpose %w {permutation = [1, 0, 2, 3, 4]} : tensor<3x2x2x3x3xf32> -> tensor<2x3x2x3x3xf32>
// CHECK-NEXT:    conv.reshape {{.*}} : tensor<2x3x2x3x3xf32> -> tensor<6x2x3x3xf32>
// CHECK-NEXT:    conv.conv2d {{.*}} {groups = 2} : tensor<1x4x10x11xf32>, tensor<6x2x3x3xf32> -> tensor<1x6x8x9xf32>
func.func @ngchw_fgchw(%x: tensor<1x2x2x10x11xf32>, %w: tensor<3x2x2x3x3xf32>) -> tensor<1x2x3x8x9xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x2x3x8x9xf32>
  %0 = linalg.conv_2d_ngchw_fgchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%x, %w : tensor<1x2x2x10x11xf32>, tensor<3x2x2x3x3xf32>) outs(%zeros : tensor<1x2x3x8x9xf32>) -> tensor<1x2x3x8x9xf32>
  return %0 : tensor<1x2x3x8x9xf32>
}

// What torch-mlir prints for a depthwise convolution of multiplier one: its filter loses an axis.
// CHECK-LABEL: func.func @depthwise_nchw_chw
// CHECK-NEXT:    %0 = conv.pad %x {padding = [0, 1, 2, 1]} : tensor<1x4x8x9xf32> -> tensor<1x4x10x11xf32>
// CHECK-NEXT:    %1 = conv.conv2d %0, %w {stride = [2, 2], groups = 4} : tensor<1x4x10x11xf32>, tensor<4x1x3x3xf32> -> tensor<1x4x4x5xf32>
// CHECK-NEXT:    func.return %1
func.func @depthwise_nchw_chw(%x: tensor<1x4x8x9xf32>, %w: tensor<4x1x3x3xf32>) -> tensor<1x4x4x5xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 0, 0, 1] high[0, 0, 2, 1] {
  ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
    tensor.yield %zero : f32
  } : tensor<1x4x8x9xf32> to tensor<1x4x10x11xf32>
  %0 = tensor.empty() : tensor<1x4x4x5xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<1x4x4x5xf32>) -> tensor<1x4x4x5xf32>
  %collapsed = tensor.collapse_shape %w [[0, 1], [2], [3]] : tensor<4x1x3x3xf32> into tensor<4x3x3xf32>
  %2 = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded, %collapsed : tensor<1x4x10x11xf32>, tensor<4x3x3xf32>) outs(%1 : tensor<1x4x4x5xf32>) -> tensor<1x4x4x5xf32>
  return %2 : tensor<1x4x4x5xf32>
}

// CHECK-LABEL: func.func @depthwise_nhwc_hwc
// CHECK-NEXT:    conv.transpose %x {permutation = [0, 3, 1, 2]}
// CHECK-NEXT:    conv.transpose %w {permutation = [2, 0, 1]} : tensor<3x3x4xf32> -> tensor<4x3x3xf32>
// CHECK-NEXT:    conv.reshape {{.*}} : tensor<4x3x3xf32> -> tensor<4x1x3x3xf32>
// CHECK-NEXT:    conv.conv2d {{.*}} {groups = 4} : tensor<1x4x8x9xf32>, tensor<4x1x3x3xf32> -> tensor<1x4x6x7xf32>
// CHECK-NEXT:    conv.transpose {{.*}} {permutation = [0, 2, 3, 1]} : tensor<1x4x6x7xf32> -> tensor<1x6x7x4xf32>
func.func @depthwise_nhwc_hwc(%x: tensor<1x8x9x4xf32>, %w: tensor<3x3x4xf32>) -> tensor<1x6x7x4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x6x7x4xf32>
  %0 = linalg.depthwise_conv_2d_nhwc_hwc {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%x, %w : tensor<1x8x9x4xf32>, tensor<3x3x4xf32>) outs(%zeros : tensor<1x6x7x4xf32>) -> tensor<1x6x7x4xf32>
  return %0 : tensor<1x6x7x4xf32>
}

// Channels of the result are groups, each with as many as the multiplier.
// CHECK-LABEL: func.func @depthwise_nhwc_hwcm
// CHECK:         conv.transpose %w {permutation = [2, 3, 0, 1]} : tensor<3x3x4x2xf32> -> tensor<4x2x3x3xf32>
// CHECK-NEXT:    conv.reshape {{.*}} : tensor<4x2x3x3xf32> -> tensor<8x1x3x3xf32>
// CHECK-NEXT:    conv.conv2d {{.*}} {groups = 4} : tensor<1x4x8x9xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x6x7xf32>
// CHECK-NEXT:    conv.reshape {{.*}} : tensor<1x8x6x7xf32> -> tensor<1x4x2x6x7xf32>
// CHECK-NEXT:    conv.transpose {{.*}} {permutation = [0, 3, 4, 1, 2]} : tensor<1x4x2x6x7xf32> -> tensor<1x6x7x4x2xf32>
func.func @depthwise_nhwc_hwcm(%x: tensor<1x8x9x4xf32>, %w: tensor<3x3x4x2xf32>) -> tensor<1x6x7x4x2xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x6x7x4x2xf32>
  %0 = linalg.depthwise_conv_2d_nhwc_hwcm {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%x, %w : tensor<1x8x9x4xf32>, tensor<3x3x4x2xf32>) outs(%zeros : tensor<1x6x7x4x2xf32>) -> tensor<1x6x7x4x2xf32>
  return %0 : tensor<1x6x7x4x2xf32>
}

// Padding that no window covers, as for rounded up sizes, is left out.
// CHECK-LABEL: func.func @surplus
// CHECK-NEXT:    %0 = conv.pad %x {padding = [0, 0, 2, 0]} : tensor<1x4x8x9xf32> -> tensor<1x4x10x9xf32>
// CHECK-NEXT:    %1 = conv.conv2d %0, %w {stride = [2, 2]} : tensor<1x4x10x9xf32>, tensor<6x4x3x3xf32> -> tensor<1x6x4x4xf32>
func.func @surplus(%x: tensor<1x4x8x9xf32>, %w: tensor<6x4x3x3xf32>) -> tensor<1x6x4x4xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 0, 0, 0] high[0, 0, 2, 2] {
  ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
    tensor.yield %zero : f32
  } : tensor<1x4x8x9xf32> to tensor<1x4x10x11xf32>
  %zeros = arith.constant dense<0.0> : tensor<1x6x4x4xf32>
  %0 = linalg.conv_2d_nchw_fchw {strides = dense<2> : vector<2xi64>} ins(%padded, %w : tensor<1x4x10x11xf32>, tensor<6x4x3x3xf32>) outs(%zeros : tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32>
  return %0 : tensor<1x6x4x4xf32>
}
