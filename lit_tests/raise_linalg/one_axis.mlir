// RUN: convopt %s -p conv-raise-linalg | filecheck %s
// RUN: %if mlir-opt %{ %mlir_opt %s -o /dev/null %}

// Sequences are images of one row.

// CHECK-LABEL: func.func @ncw_fcw
// CHECK-NEXT:    conv.reshape %x : tensor<1x4x9xf32> -> tensor<1x4x1x9xf32>
// CHECK-NEXT:    conv.reshape %w : tensor<6x4x3xf32> -> tensor<6x4x1x3xf32>
// CHECK-NEXT:    conv.conv2d {{.*}} {stride = [1, 2], dilation = [1, 2]} : tensor<1x4x1x9xf32>, tensor<6x4x1x3xf32> -> tensor<1x6x1x3xf32>
// CHECK-NEXT:    conv.reshape {{.*}} : tensor<1x6x1x3xf32> -> tensor<1x6x3xf32>
func.func @ncw_fcw(%x: tensor<1x4x9xf32>, %w: tensor<6x4x3xf32>) -> tensor<1x6x3xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x6x3xf32>
  %0 = linalg.conv_1d_ncw_fcw {dilations = dense<2> : vector<1xi64>, strides = dense<2> : vector<1xi64>} ins(%x, %w : tensor<1x4x9xf32>, tensor<6x4x3xf32>) outs(%zeros : tensor<1x6x3xf32>) -> tensor<1x6x3xf32>
  return %0 : tensor<1x6x3xf32>
}

// CHECK-LABEL: func.func @nwc_wcf
// CHECK-NEXT:    conv.transpose %x {permutation = [0, 2, 1]}
// CHECK-NEXT:    conv.reshape {{.*}} -> tensor<1x4x1x9xf32>
// CHECK-NEXT:    conv.transpose %w {permutation = [2, 1, 0]}
// CHECK-NEXT:    conv.reshape {{.*}} -> tensor<6x4x1x3xf32>
// CHECK-NEXT:    conv.conv2d {{.*}} -> tensor<1x6x1x7xf32>
func.func @nwc_wcf(%x: tensor<1x9x4xf32>, %w: tensor<3x4x6xf32>) -> tensor<1x7x6xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x7x6xf32>
  %0 = linalg.conv_1d_nwc_wcf ins(%x, %w : tensor<1x9x4xf32>, tensor<3x4x6xf32>) outs(%zeros : tensor<1x7x6xf32>) -> tensor<1x7x6xf32>
  return %0 : tensor<1x7x6xf32>
}

// CHECK-LABEL: func.func @depthwise_ncw_cw
// CHECK:         conv.conv2d {{.*}} {groups = 4} : tensor<1x4x1x9xf32>, tensor<4x1x1x3xf32> -> tensor<1x4x1x7xf32>
func.func @depthwise_ncw_cw(%x: tensor<1x4x9xf32>, %w: tensor<4x3xf32>) -> tensor<1x4x7xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x4x7xf32>
  %0 = linalg.depthwise_conv_1d_ncw_cw ins(%x, %w : tensor<1x4x9xf32>, tensor<4x3xf32>) outs(%zeros : tensor<1x4x7xf32>) -> tensor<1x4x7xf32>
  return %0 : tensor<1x4x7xf32>
}

// CHECK-LABEL: func.func @depthwise_nwc_wc
// CHECK:         conv.conv2d {{.*}} {groups = 4} : tensor<1x4x1x9xf32>, tensor<4x1x1x3xf32> -> tensor<1x4x1x7xf32>
func.func @depthwise_nwc_wc(%x: tensor<1x9x4xf32>, %w: tensor<3x4xf32>) -> tensor<1x7x4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x7x4xf32>
  %0 = linalg.depthwise_conv_1d_nwc_wc ins(%x, %w : tensor<1x9x4xf32>, tensor<3x4xf32>) outs(%zeros : tensor<1x7x4xf32>) -> tensor<1x7x4xf32>
  return %0 : tensor<1x7x4xf32>
}

// CHECK-LABEL: func.func @depthwise_nwc_wcm
// CHECK:         conv.conv2d {{.*}} {groups = 4} : tensor<1x4x1x9xf32>, tensor<8x1x1x3xf32> -> tensor<1x8x1x7xf32>
func.func @depthwise_nwc_wcm(%x: tensor<1x9x4xf32>, %w: tensor<3x4x2xf32>) -> tensor<1x7x4x2xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x7x4x2xf32>
  %0 = linalg.depthwise_conv_1d_nwc_wcm ins(%x, %w : tensor<1x9x4xf32>, tensor<3x4x2xf32>) outs(%zeros : tensor<1x7x4x2xf32>) -> tensor<1x7x4x2xf32>
  return %0 : tensor<1x7x4x2xf32>
}

// CHECK-LABEL: func.func @max_ncw
// CHECK:         conv.pool max {{.*}} {kernel = [1, 3], stride = [1, 2]} : tensor<1x4x1x9xf32> -> tensor<1x4x1x4xf32>
func.func @max_ncw(%x: tensor<1x4x9xf32>) -> tensor<1x4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<1x4x4xf32>
  %size = tensor.empty() : tensor<3xf32>
  %0 = linalg.pooling_ncw_max {dilations = dense<1> : vector<1xi64>, strides = dense<2> : vector<1xi64>} ins(%x, %size : tensor<1x4x9xf32>, tensor<3xf32>) outs(%lowest : tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  return %0 : tensor<1x4x4xf32>
}

// CHECK-LABEL: func.func @max_nwc
// CHECK:         conv.pool max {{.*}} {kernel = [1, 3], stride = [1, 2]} : tensor<1x4x1x9xf32> -> tensor<1x4x1x4xf32>
func.func @max_nwc(%x: tensor<1x9x4xf32>) -> tensor<1x4x4xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<1x4x4xf32>
  %size = tensor.empty() : tensor<3xf32>
  %0 = linalg.pooling_nwc_max {strides = dense<2> : vector<1xi64>} ins(%x, %size : tensor<1x9x4xf32>, tensor<3xf32>) outs(%lowest : tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  return %0 : tensor<1x4x4xf32>
}

// CHECK-LABEL: func.func @sums
// CHECK:         conv.pool average {{.*}} {kernel = [1, 3]} : tensor<1x4x1x9xf32> -> tensor<1x4x1x7xf32>
// CHECK:         arith.constant 3.000000e+00
// CHECK:         conv.pool average {{.*}} {kernel = [1, 2]} : tensor<1x7x1x4xf32> -> tensor<1x7x1x3xf32>
// CHECK:         arith.constant 2.000000e+00
func.func @sums(%x: tensor<1x4x9xf32>) -> tensor<1x3x7xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x4x7xf32>
  %three = tensor.empty() : tensor<3xf32>
  %0 = linalg.pooling_ncw_sum ins(%x, %three : tensor<1x4x9xf32>, tensor<3xf32>) outs(%zeros : tensor<1x4x7xf32>) -> tensor<1x4x7xf32>
  %others = arith.constant dense<0.0> : tensor<1x3x7xf32>
  %two = tensor.empty() : tensor<2xf32>
  %1 = linalg.pooling_nwc_sum ins(%0, %two : tensor<1x4x7xf32>, tensor<2xf32>) outs(%others : tensor<1x3x7xf32>) -> tensor<1x3x7xf32>
  return %1 : tensor<1x3x7xf32>
}
