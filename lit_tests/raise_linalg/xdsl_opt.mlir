// Plain xdsl-opt reads the named operations that xDSL has, and raises these.
// RUN: xdsl-opt %s -p conv-raise-linalg | filecheck %s

// CHECK:      %0 = conv.conv2d %x, %w {stride = [2, 2]} : tensor<1x4x8x9xf32>, tensor<6x4x3x3xf32> -> tensor<1x6x3x4xf32>
// CHECK-NEXT: %1 = conv.pool max %0 {kernel = [2, 2]} : tensor<1x6x3x4xf32> -> tensor<1x6x2x3xf32>
// CHECK-NEXT: func.return %1
func.func @main(%x: tensor<1x4x8x9xf32>, %w: tensor<6x4x3x3xf32>) -> tensor<1x6x2x3xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x6x3x4xf32>
  %0 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%x, %w : tensor<1x4x8x9xf32>, tensor<6x4x3x3xf32>) outs(%zeros : tensor<1x6x3x4xf32>) -> tensor<1x6x3x4xf32>
  %lowest = arith.constant dense<-3.40282347E+38> : tensor<1x6x2x3xf32>
  %size = tensor.empty() : tensor<2x2xf32>
  %1 = linalg.pooling_nchw_max {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%0, %size : tensor<1x6x3x4xf32>, tensor<2x2xf32>) outs(%lowest : tensor<1x6x2x3xf32>) -> tensor<1x6x2x3xf32>
  func.return %1 : tensor<1x6x2x3xf32>
}
