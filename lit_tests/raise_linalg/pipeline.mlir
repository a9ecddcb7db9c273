// What torch-mlir prints goes through the named pipelines as it is.
// RUN: convopt %s --pipeline simplify | filecheck %s
// RUN: convopt %s --target=x86-64-v3 --emit=header | filecheck %s --check-prefix=HEADER

// HEADER: float
// CHECK:      conv.depthwise %arg0, %{{.*}} {stride = [2, 2], padding = [1, 1, 1, 1]} epilogue(%{{.*}} : tensor<4xf32>) {
// CHECK-NEXT: ^bb0([[ACC:%.*]]: f32, [[BIAS:%.*]]: f32):
// CHECK-NEXT:   [[SUM:%.*]] = arith.addf [[ACC]], [[BIAS]] : f32
// CHECK-NEXT:   [[ZERO:%.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT:   [[RELU:%.*]] = arith.maxnumf [[SUM]], [[ZERO]] : f32
// CHECK-NEXT:   conv.yield [[RELU]] : f32
// CHECK-NEXT: } : tensor<1x4x8x9xf32>, tensor<4x1x3x3xf32> -> tensor<1x4x4x5xf32>
// CHECK-NEXT: func.return
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
module attributes {torch.debug_module_name = "Network"} {
  func.func @main(%arg0: tensor<1x4x8x9xf32>) -> tensor<1x4x4x5xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant dense_resource<torch_tensor_4_1_3_3_torch.float32> : tensor<4x1x3x3xf32>
    %cst_1 = arith.constant dense_resource<torch_tensor_4_torch.float32> : tensor<4xf32>
    %padded = tensor.pad %arg0 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst : f32
    } : tensor<1x4x8x9xf32> to tensor<1x4x10x11xf32>
    %0 = tensor.empty() : tensor<1x4x4x5xf32>
    %broadcasted = linalg.broadcast ins(%cst_1 : tensor<4xf32>) outs(%0 : tensor<1x4x4x5xf32>) dimensions = [0, 2, 3]
    %collapsed = tensor.collapse_shape %cst_0 [[0, 1], [2], [3]] : tensor<4x1x3x3xf32> into tensor<4x3x3xf32>
    %1 = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded, %collapsed : tensor<1x4x10x11xf32>, tensor<4x3x3xf32>) outs(%broadcasted : tensor<1x4x4x5xf32>) -> tensor<1x4x4x5xf32>
    %2 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1 : tensor<1x4x4x5xf32>) outs(%0 : tensor<1x4x4x5xf32>) {
    ^bb0(%in: f32, %out: f32):
      %3 = arith.cmpf ugt, %in, %cst : f32
      %4 = arith.select %3, %in, %cst : f32
      linalg.yield %4 : f32
    } -> tensor<1x4x4x5xf32>
    return %2 : tensor<1x4x4x5xf32>
  }
}

{-#
  dialect_resources: {
    builtin: {
      torch_tensor_4_1_3_3_torch.float32: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F",
      torch_tensor_4_torch.float32: "0x040000000000803F0000803F0000803F0000803F"
    }
  }
#-}
