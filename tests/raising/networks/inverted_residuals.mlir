#map = affine_map<(d0) -> (d0)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d1, 0, 0)>
#map3 = affine_map<(d0, d1, d2, d3) -> ()>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, 0)>
#map5 = affine_map<(d0, d1) -> (d0, d1)>
#map6 = affine_map<(d0, d1) -> (d1)>
module {
  func.func @main(%arg0: tensor<1x3x32x32xf32>) -> (tensor<1x10xf32>, tensor<1x24x2x2xf32>) {
    %c4_i64 = arith.constant 4 : i64
    %c0_i64 = arith.constant 0 : i64
    %c1_i64 = arith.constant 1 : i64
    %c2_i64 = arith.constant 2 : i64
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %c5_i64 = arith.constant 5 : i64
    %cst_1 = arith.constant 0xFF800000 : f32
    %cst_2 = arith.constant dense<6.000000e+00> : tensor<f32>
    %cst_3 = arith.constant dense<0.000000e+00> : tensor<f32>
    %cst_4 = arith.constant dense_resource<torch_tensor_10_torch.float32> : tensor<10xf32>
    %cst_5 = arith.constant dense_resource<torch_tensor_10_24_torch.float32> : tensor<10x24xf32>
    %cst_6 = arith.constant dense_resource<torch_tensor_24_torch.float32_20> : tensor<24xf32>
    %cst_7 = arith.constant dense_resource<torch_tensor_24_torch.float32_19> : tensor<24xf32>
    %cst_8 = arith.constant dense_resource<torch_tensor_24_torch.float32_18> : tensor<24xf32>
    %cst_9 = arith.constant dense_resource<torch_tensor_24_torch.float32_17> : tensor<24xf32>
    %cst_10 = arith.constant dense_resource<torch_tensor_24_16_1_1_torch.float32> : tensor<24x16x1x1xf32>
    %cst_11 = arith.constant dense_resource<torch_tensor_16_torch.float32> : tensor<16xf32>
    %cst_12 = arith.constant dense_resource<torch_tensor_16_6_3_3_torch.float32> : tensor<16x6x3x3xf32>
    %cst_13 = arith.constant 1.000000e-01 : f64
    %cst_14 = arith.constant dense_resource<torch_tensor_24_torch.float32_16> : tensor<24xf32>
    %cst_15 = arith.constant dense_resource<torch_tensor_24_1_3_3_torch.float32_2> : tensor<24x1x3x3xf32>
    %cst_16 = arith.constant dense_resource<torch_tensor_12_torch.float32_7> : tensor<12xf32>
    %cst_17 = arith.constant dense_resource<torch_tensor_12_torch.float32_6> : tensor<12xf32>
    %cst_18 = arith.constant dense_resource<torch_tensor_12_torch.float32_5> : tensor<12xf32>
    %cst_19 = arith.constant dense_resource<torch_tensor_12_torch.float32_4> : tensor<12xf32>
    %cst_20 = arith.constant dense_resource<torch_tensor_12_36_1_1_torch.float32> : tensor<12x36x1x1xf32>
    %cst_21 = arith.constant dense_resource<torch_tensor_36_torch.float32_8> : tensor<36xf32>
    %cst_22 = arith.constant dense_resource<torch_tensor_36_4_1_1_torch.float32> : tensor<36x4x1x1xf32>
    %cst_23 = arith.constant dense_resource<torch_tensor_4_torch.float32> : tensor<4xf32>
    %cst_24 = arith.constant dense_resource<torch_tensor_4_36_1_1_torch.float32> : tensor<4x36x1x1xf32>
    %cst_25 = arith.constant dense_resource<torch_tensor_36_torch.float32_7> : tensor<36xf32>
    %cst_26 = arith.constant dense_resource<torch_tensor_36_torch.float32_6> : tensor<36xf32>
    %cst_27 = arith.constant dense_resource<torch_tensor_36_torch.float32_5> : tensor<36xf32>
    %cst_28 = arith.constant dense_resource<torch_tensor_36_torch.float32_4> : tensor<36xf32>
    %cst_29 = arith.constant dense_resource<torch_tensor_36_1_5_5_torch.float32> : tensor<36x1x5x5xf32>
    %cst_30 = arith.constant dense_resource<torch_tensor_36_torch.float32_3> : tensor<36xf32>
    %cst_31 = arith.constant dense_resource<torch_tensor_36_torch.float32_2> : tensor<36xf32>
    %cst_32 = arith.constant dense_resource<torch_tensor_36_torch.float32_1> : tensor<36xf32>
    %cst_33 = arith.constant dense_resource<torch_tensor_36_torch.float32> : tensor<36xf32>
    %cst_34 = arith.constant dense_resource<torch_tensor_36_12_1_1_torch.float32> : tensor<36x12x1x1xf32>
    %cst_35 = arith.constant dense_resource<torch_tensor_12_torch.float32_3> : tensor<12xf32>
    %cst_36 = arith.constant dense_resource<torch_tensor_12_torch.float32_2> : tensor<12xf32>
    %cst_37 = arith.constant dense_resource<torch_tensor_12_torch.float32_1> : tensor<12xf32>
    %cst_38 = arith.constant dense_resource<torch_tensor_12_torch.float32> : tensor<12xf32>
    %cst_39 = arith.constant dense_resource<torch_tensor_12_24_1_1_torch.float32> : tensor<12x24x1x1xf32>
    %cst_40 = arith.constant dense_resource<torch_tensor_24_torch.float32_15> : tensor<24xf32>
    %cst_41 = arith.constant dense_resource<torch_tensor_24_torch.float32_14> : tensor<24xf32>
    %cst_42 = arith.constant dense_resource<torch_tensor_24_torch.float32_13> : tensor<24xf32>
    %cst_43 = arith.constant dense_resource<torch_tensor_24_torch.float32_12> : tensor<24xf32>
    %cst_44 = arith.constant dense_resource<torch_tensor_24_1_3_3_torch.float32_1> : tensor<24x1x3x3xf32>
    %cst_45 = arith.constant dense_resource<torch_tensor_24_torch.float32_11> : tensor<24xf32>
    %cst_46 = arith.constant dense_resource<torch_tensor_24_torch.float32_10> : tensor<24xf32>
    %cst_47 = arith.constant dense_resource<torch_tensor_24_torch.float32_9> : tensor<24xf32>
    %cst_48 = arith.constant dense_resource<torch_tensor_24_torch.float32_8> : tensor<24xf32>
    %cst_49 = arith.constant dense_resource<torch_tensor_24_8_1_1_torch.float32_1> : tensor<24x8x1x1xf32>
    %cst_50 = arith.constant dense_resource<torch_tensor_8_torch.float32_7> : tensor<8xf32>
    %cst_51 = arith.constant dense_resource<torch_tensor_8_torch.float32_6> : tensor<8xf32>
    %cst_52 = arith.constant dense_resource<torch_tensor_8_torch.float32_5> : tensor<8xf32>
    %cst_53 = arith.constant dense_resource<torch_tensor_8_torch.float32_4> : tensor<8xf32>
    %cst_54 = arith.constant dense_resource<torch_tensor_8_24_1_1_torch.float32> : tensor<8x24x1x1xf32>
    %cst_55 = arith.constant dense_resource<torch_tensor_24_torch.float32_7> : tensor<24xf32>
    %cst_56 = arith.constant dense_resource<torch_tensor_24_torch.float32_6> : tensor<24xf32>
    %cst_57 = arith.constant dense_resource<torch_tensor_24_torch.float32_5> : tensor<24xf32>
    %cst_58 = arith.constant dense_resource<torch_tensor_24_torch.float32_4> : tensor<24xf32>
    %cst_59 = arith.constant dense_resource<torch_tensor_24_1_3_3_torch.float32> : tensor<24x1x3x3xf32>
    %cst_60 = arith.constant dense_resource<torch_tensor_24_torch.float32_3> : tensor<24xf32>
    %cst_61 = arith.constant dense_resource<torch_tensor_24_torch.float32_2> : tensor<24xf32>
    %cst_62 = arith.constant dense_resource<torch_tensor_24_torch.float32_1> : tensor<24xf32>
    %cst_63 = arith.constant dense_resource<torch_tensor_24_torch.float32> : tensor<24xf32>
    %cst_64 = arith.constant dense_resource<torch_tensor_24_8_1_1_torch.float32> : tensor<24x8x1x1xf32>
    %cst_65 = arith.constant dense_resource<torch_tensor_8_torch.float32_3> : tensor<8xf32>
    %cst_66 = arith.constant dense_resource<torch_tensor_8_torch.float32_2> : tensor<8xf32>
    %cst_67 = arith.constant 1.000000e-05 : f64
    %cst_68 = arith.constant dense_resource<torch_tensor_8_torch.float32_1> : tensor<8xf32>
    %cst_69 = arith.constant dense_resource<torch_tensor_8_torch.float32> : tensor<8xf32>
    %cst_70 = arith.constant dense_resource<torch_tensor_8_3_3_3_torch.float32> : tensor<8x3x3x3xf32>
    %cst_71 = arith.constant 3.000000e+00 : f32
    %cst_72 = arith.constant 6.000000e+00 : f32
    %cst_73 = arith.constant 6.400000e+01 : f32
    %cst_74 = arith.constant 4.000000e+00 : f32
    %padded = tensor.pad %arg0 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst : f32
    } : tensor<1x3x32x32xf32> to tensor<1x3x34x34xf32>
    %0 = tensor.empty() : tensor<1x8x16x16xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<1x8x16x16xf32>) -> tensor<1x8x16x16xf32>
    %2 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded, %cst_70 : tensor<1x3x34x34xf32>, tensor<8x3x3x3xf32>) outs(%1 : tensor<1x8x16x16xf32>) -> tensor<1x8x16x16xf32>
    %3 = tensor.empty() : tensor<8xf32>
    %4 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%cst_68 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.truncf %cst_67 : f64 to f32
      %168 = arith.addf %in, %167 : f32
      linalg.yield %168 : f32
    } -> tensor<8xf32>
    %5 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%4 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = math.sqrt %in : f32
      linalg.yield %167 : f32
    } -> tensor<8xf32>
    %6 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%5 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf one, %in, %cst : f32
      cf.assert %167, "unimplemented: tensor with zero element"
      %168 = arith.divf %cst_0, %in : f32
      linalg.yield %168 : f32
    } -> tensor<8xf32>
    %expanded = tensor.expand_shape %cst_69 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %expanded_75 = tensor.expand_shape %6 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %7 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2, %expanded : tensor<1x8x16x16xf32>, tensor<8x1x1xf32>) outs(%0 : tensor<1x8x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.subf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x8x16x16xf32>
    %8 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7, %expanded_75 : tensor<1x8x16x16xf32>, tensor<8x1x1xf32>) outs(%0 : tensor<1x8x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x8x16x16xf32>
    %expanded_76 = tensor.expand_shape %cst_66 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %9 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %expanded_76 : tensor<1x8x16x16xf32>, tensor<8x1x1xf32>) outs(%0 : tensor<1x8x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x8x16x16xf32>
    %expanded_77 = tensor.expand_shape %cst_65 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %10 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9, %expanded_77 : tensor<1x8x16x16xf32>, tensor<8x1x1xf32>) outs(%0 : tensor<1x8x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x8x16x16xf32>
    %11 = linalg.generic {indexing_maps = [#map1, #map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10, %cst_3 : tensor<1x8x16x16xf32>, tensor<f32>) outs(%0 : tensor<1x8x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.cmpf ogt, %in, %in_142 : f32
      %168 = arith.select %167, %in, %in_142 : f32
      linalg.yield %168 : f32
    } -> tensor<1x8x16x16xf32>
    %12 = linalg.generic {indexing_maps = [#map3, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_2, %11 : tensor<f32>, tensor<1x8x16x16xf32>) outs(%0 : tensor<1x8x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.cmpf olt, %in, %in_142 : f32
      %168 = arith.select %167, %in, %in_142 : f32
      linalg.yield %168 : f32
    } -> tensor<1x8x16x16xf32>
    %13 = tensor.empty() : tensor<1x24x16x16xf32>
    %14 = linalg.fill ins(%cst : f32) outs(%13 : tensor<1x24x16x16xf32>) -> tensor<1x24x16x16xf32>
    %15 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%12, %cst_64 : tensor<1x8x16x16xf32>, tensor<24x8x1x1xf32>) outs(%14 : tensor<1x24x16x16xf32>) -> tensor<1x24x16x16xf32>
    %16 = tensor.empty() : tensor<24xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%cst_62 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.truncf %cst_67 : f64 to f32
      %168 = arith.addf %in, %167 : f32
      linalg.yield %168 : f32
    } -> tensor<24xf32>
    %18 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%17 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = math.sqrt %in : f32
      linalg.yield %167 : f32
    } -> tensor<24xf32>
    %19 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%18 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf one, %in, %cst : f32
      cf.assert %167, "unimplemented: tensor with zero element"
      %168 = arith.divf %cst_0, %in : f32
      linalg.yield %168 : f32
    } -> tensor<24xf32>
    %expanded_78 = tensor.expand_shape %cst_63 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %expanded_79 = tensor.expand_shape %19 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %20 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15, %expanded_78 : tensor<1x24x16x16xf32>, tensor<24x1x1xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.subf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x16x16xf32>
    %21 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20, %expanded_79 : tensor<1x24x16x16xf32>, tensor<24x1x1xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x16x16xf32>
    %expanded_80 = tensor.expand_shape %cst_61 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %22 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%21, %expanded_80 : tensor<1x24x16x16xf32>, tensor<24x1x1xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x16x16xf32>
    %expanded_81 = tensor.expand_shape %cst_60 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %23 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22, %expanded_81 : tensor<1x24x16x16xf32>, tensor<24x1x1xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x16x16xf32>
    %24 = linalg.generic {indexing_maps = [#map1, #map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23, %cst_3 : tensor<1x24x16x16xf32>, tensor<f32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.cmpf ogt, %in, %in_142 : f32
      %168 = arith.select %167, %in, %in_142 : f32
      linalg.yield %168 : f32
    } -> tensor<1x24x16x16xf32>
    %25 = linalg.generic {indexing_maps = [#map3, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_2, %24 : tensor<f32>, tensor<1x24x16x16xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.cmpf olt, %in, %in_142 : f32
      %168 = arith.select %167, %in, %in_142 : f32
      linalg.yield %168 : f32
    } -> tensor<1x24x16x16xf32>
    %padded_82 = tensor.pad %25 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst : f32
    } : tensor<1x24x16x16xf32> to tensor<1x24x18x18xf32>
    %collapsed = tensor.collapse_shape %cst_59 [[0, 1], [2], [3]] : tensor<24x1x3x3xf32> into tensor<24x3x3xf32>
    %26 = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%padded_82, %collapsed : tensor<1x24x18x18xf32>, tensor<24x3x3xf32>) outs(%14 : tensor<1x24x16x16xf32>) -> tensor<1x24x16x16xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%cst_57 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.truncf %cst_67 : f64 to f32
      %168 = arith.addf %in, %167 : f32
      linalg.yield %168 : f32
    } -> tensor<24xf32>
    %28 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%27 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = math.sqrt %in : f32
      linalg.yield %167 : f32
    } -> tensor<24xf32>
    %29 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%28 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf one, %in, %cst : f32
      cf.assert %167, "unimplemented: tensor with zero element"
      %168 = arith.divf %cst_0, %in : f32
      linalg.yield %168 : f32
    } -> tensor<24xf32>
    %expanded_83 = tensor.expand_shape %cst_58 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %expanded_84 = tensor.expand_shape %29 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %30 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%26, %expanded_83 : tensor<1x24x16x16xf32>, tensor<24x1x1xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.subf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x16x16xf32>
    %31 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30, %expanded_84 : tensor<1x24x16x16xf32>, tensor<24x1x1xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x16x16xf32>
    %expanded_85 = tensor.expand_shape %cst_56 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %32 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%31, %expanded_85 : tensor<1x24x16x16xf32>, tensor<24x1x1xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x16x16xf32>
    %expanded_86 = tensor.expand_shape %cst_55 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %33 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %expanded_86 : tensor<1x24x16x16xf32>, tensor<24x1x1xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x16x16xf32>
    %34 = linalg.generic {indexing_maps = [#map1, #map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%33, %cst_3 : tensor<1x24x16x16xf32>, tensor<f32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.cmpf ogt, %in, %in_142 : f32
      %168 = arith.select %167, %in, %in_142 : f32
      linalg.yield %168 : f32
    } -> tensor<1x24x16x16xf32>
    %35 = linalg.generic {indexing_maps = [#map3, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_2, %34 : tensor<f32>, tensor<1x24x16x16xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.cmpf olt, %in, %in_142 : f32
      %168 = arith.select %167, %in, %in_142 : f32
      linalg.yield %168 : f32
    } -> tensor<1x24x16x16xf32>
    %36 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%35, %cst_54 : tensor<1x24x16x16xf32>, tensor<8x24x1x1xf32>) outs(%1 : tensor<1x8x16x16xf32>) -> tensor<1x8x16x16xf32>
    %37 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%cst_52 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.truncf %cst_67 : f64 to f32
      %168 = arith.addf %in, %167 : f32
      linalg.yield %168 : f32
    } -> tensor<8xf32>
    %38 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%37 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = math.sqrt %in : f32
      linalg.yield %167 : f32
    } -> tensor<8xf32>
    %39 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%38 : tensor<8xf32>) outs(%3 : tensor<8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf one, %in, %cst : f32
      cf.assert %167, "unimplemented: tensor with zero element"
      %168 = arith.divf %cst_0, %in : f32
      linalg.yield %168 : f32
    } -> tensor<8xf32>
    %expanded_87 = tensor.expand_shape %cst_53 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %expanded_88 = tensor.expand_shape %39 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %40 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%36, %expanded_87 : tensor<1x8x16x16xf32>, tensor<8x1x1xf32>) outs(%0 : tensor<1x8x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.subf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x8x16x16xf32>
    %41 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%40, %expanded_88 : tensor<1x8x16x16xf32>, tensor<8x1x1xf32>) outs(%0 : tensor<1x8x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x8x16x16xf32>
    %expanded_89 = tensor.expand_shape %cst_51 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %42 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%41, %expanded_89 : tensor<1x8x16x16xf32>, tensor<8x1x1xf32>) outs(%0 : tensor<1x8x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x8x16x16xf32>
    %expanded_90 = tensor.expand_shape %cst_50 [[0, 1, 2]] output_shape [8, 1, 1] : tensor<8xf32> into tensor<8x1x1xf32>
    %43 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%42, %expanded_90 : tensor<1x8x16x16xf32>, tensor<8x1x1xf32>) outs(%0 : tensor<1x8x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x8x16x16xf32>
    %44 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12, %43 : tensor<1x8x16x16xf32>, tensor<1x8x16x16xf32>) outs(%0 : tensor<1x8x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x8x16x16xf32>
    %45 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%44, %cst_49 : tensor<1x8x16x16xf32>, tensor<24x8x1x1xf32>) outs(%14 : tensor<1x24x16x16xf32>) -> tensor<1x24x16x16xf32>
    %46 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%cst_47 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.truncf %cst_67 : f64 to f32
      %168 = arith.addf %in, %167 : f32
      linalg.yield %168 : f32
    } -> tensor<24xf32>
    %47 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%46 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = math.sqrt %in : f32
      linalg.yield %167 : f32
    } -> tensor<24xf32>
    %48 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%47 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf one, %in, %cst : f32
      cf.assert %167, "unimplemented: tensor with zero element"
      %168 = arith.divf %cst_0, %in : f32
      linalg.yield %168 : f32
    } -> tensor<24xf32>
    %expanded_91 = tensor.expand_shape %cst_48 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %expanded_92 = tensor.expand_shape %48 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %49 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%45, %expanded_91 : tensor<1x24x16x16xf32>, tensor<24x1x1xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.subf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x16x16xf32>
    %50 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%49, %expanded_92 : tensor<1x24x16x16xf32>, tensor<24x1x1xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x16x16xf32>
    %expanded_93 = tensor.expand_shape %cst_46 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %51 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%50, %expanded_93 : tensor<1x24x16x16xf32>, tensor<24x1x1xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x16x16xf32>
    %expanded_94 = tensor.expand_shape %cst_45 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %52 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%51, %expanded_94 : tensor<1x24x16x16xf32>, tensor<24x1x1xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x16x16xf32>
    %53 = linalg.generic {indexing_maps = [#map1, #map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%52, %cst_3 : tensor<1x24x16x16xf32>, tensor<f32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.cmpf ogt, %in, %in_142 : f32
      %168 = arith.select %167, %in, %in_142 : f32
      linalg.yield %168 : f32
    } -> tensor<1x24x16x16xf32>
    %54 = linalg.generic {indexing_maps = [#map3, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_2, %53 : tensor<f32>, tensor<1x24x16x16xf32>) outs(%13 : tensor<1x24x16x16xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.cmpf olt, %in, %in_142 : f32
      %168 = arith.select %167, %in, %in_142 : f32
      linalg.yield %168 : f32
    } -> tensor<1x24x16x16xf32>
    %padded_95 = tensor.pad %54 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst : f32
    } : tensor<1x24x16x16xf32> to tensor<1x24x18x18xf32>
    %55 = tensor.empty() : tensor<1x24x8x8xf32>
    %56 = linalg.fill ins(%cst : f32) outs(%55 : tensor<1x24x8x8xf32>) -> tensor<1x24x8x8xf32>
    %collapsed_96 = tensor.collapse_shape %cst_44 [[0, 1], [2], [3]] : tensor<24x1x3x3xf32> into tensor<24x3x3xf32>
    %57 = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded_95, %collapsed_96 : tensor<1x24x18x18xf32>, tensor<24x3x3xf32>) outs(%56 : tensor<1x24x8x8xf32>) -> tensor<1x24x8x8xf32>
    %58 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%cst_42 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.truncf %cst_67 : f64 to f32
      %168 = arith.addf %in, %167 : f32
      linalg.yield %168 : f32
    } -> tensor<24xf32>
    %59 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%58 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = math.sqrt %in : f32
      linalg.yield %167 : f32
    } -> tensor<24xf32>
    %60 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%59 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf one, %in, %cst : f32
      cf.assert %167, "unimplemented: tensor with zero element"
      %168 = arith.divf %cst_0, %in : f32
      linalg.yield %168 : f32
    } -> tensor<24xf32>
    %expanded_97 = tensor.expand_shape %cst_43 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %expanded_98 = tensor.expand_shape %60 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %61 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%57, %expanded_97 : tensor<1x24x8x8xf32>, tensor<24x1x1xf32>) outs(%55 : tensor<1x24x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.subf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x8x8xf32>
    %62 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%61, %expanded_98 : tensor<1x24x8x8xf32>, tensor<24x1x1xf32>) outs(%55 : tensor<1x24x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x8x8xf32>
    %expanded_99 = tensor.expand_shape %cst_41 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %63 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%62, %expanded_99 : tensor<1x24x8x8xf32>, tensor<24x1x1xf32>) outs(%55 : tensor<1x24x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x8x8xf32>
    %expanded_100 = tensor.expand_shape %cst_40 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %64 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%63, %expanded_100 : tensor<1x24x8x8xf32>, tensor<24x1x1xf32>) outs(%55 : tensor<1x24x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x8x8xf32>
    %65 = linalg.generic {indexing_maps = [#map1, #map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%64, %cst_3 : tensor<1x24x8x8xf32>, tensor<f32>) outs(%55 : tensor<1x24x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.cmpf ogt, %in, %in_142 : f32
      %168 = arith.select %167, %in, %in_142 : f32
      linalg.yield %168 : f32
    } -> tensor<1x24x8x8xf32>
    %66 = linalg.generic {indexing_maps = [#map3, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_2, %65 : tensor<f32>, tensor<1x24x8x8xf32>) outs(%55 : tensor<1x24x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.cmpf olt, %in, %in_142 : f32
      %168 = arith.select %167, %in, %in_142 : f32
      linalg.yield %168 : f32
    } -> tensor<1x24x8x8xf32>
    %67 = tensor.empty() : tensor<1x12x8x8xf32>
    %68 = linalg.fill ins(%cst : f32) outs(%67 : tensor<1x12x8x8xf32>) -> tensor<1x12x8x8xf32>
    %69 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%66, %cst_39 : tensor<1x24x8x8xf32>, tensor<12x24x1x1xf32>) outs(%68 : tensor<1x12x8x8xf32>) -> tensor<1x12x8x8xf32>
    %70 = tensor.empty() : tensor<12xf32>
    %71 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%cst_37 : tensor<12xf32>) outs(%70 : tensor<12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.truncf %cst_67 : f64 to f32
      %168 = arith.addf %in, %167 : f32
      linalg.yield %168 : f32
    } -> tensor<12xf32>
    %72 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%71 : tensor<12xf32>) outs(%70 : tensor<12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = math.sqrt %in : f32
      linalg.yield %167 : f32
    } -> tensor<12xf32>
    %73 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%72 : tensor<12xf32>) outs(%70 : tensor<12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf one, %in, %cst : f32
      cf.assert %167, "unimplemented: tensor with zero element"
      %168 = arith.divf %cst_0, %in : f32
      linalg.yield %168 : f32
    } -> tensor<12xf32>
    %expanded_101 = tensor.expand_shape %cst_38 [[0, 1, 2]] output_shape [12, 1, 1] : tensor<12xf32> into tensor<12x1x1xf32>
    %expanded_102 = tensor.expand_shape %73 [[0, 1, 2]] output_shape [12, 1, 1] : tensor<12xf32> into tensor<12x1x1xf32>
    %74 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%69, %expanded_101 : tensor<1x12x8x8xf32>, tensor<12x1x1xf32>) outs(%67 : tensor<1x12x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.subf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x12x8x8xf32>
    %75 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%74, %expanded_102 : tensor<1x12x8x8xf32>, tensor<12x1x1xf32>) outs(%67 : tensor<1x12x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x12x8x8xf32>
    %expanded_103 = tensor.expand_shape %cst_36 [[0, 1, 2]] output_shape [12, 1, 1] : tensor<12xf32> into tensor<12x1x1xf32>
    %76 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%75, %expanded_103 : tensor<1x12x8x8xf32>, tensor<12x1x1xf32>) outs(%67 : tensor<1x12x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x12x8x8xf32>
    %expanded_104 = tensor.expand_shape %cst_35 [[0, 1, 2]] output_shape [12, 1, 1] : tensor<12xf32> into tensor<12x1x1xf32>
    %77 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%76, %expanded_104 : tensor<1x12x8x8xf32>, tensor<12x1x1xf32>) outs(%67 : tensor<1x12x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x12x8x8xf32>
    %78 = tensor.empty() : tensor<1x36x8x8xf32>
    %79 = linalg.fill ins(%cst : f32) outs(%78 : tensor<1x36x8x8xf32>) -> tensor<1x36x8x8xf32>
    %80 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%77, %cst_34 : tensor<1x12x8x8xf32>, tensor<36x12x1x1xf32>) outs(%79 : tensor<1x36x8x8xf32>) -> tensor<1x36x8x8xf32>
    %81 = tensor.empty() : tensor<36xf32>
    %82 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%cst_32 : tensor<36xf32>) outs(%81 : tensor<36xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.truncf %cst_67 : f64 to f32
      %168 = arith.addf %in, %167 : f32
      linalg.yield %168 : f32
    } -> tensor<36xf32>
    %83 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%82 : tensor<36xf32>) outs(%81 : tensor<36xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = math.sqrt %in : f32
      linalg.yield %167 : f32
    } -> tensor<36xf32>
    %84 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%83 : tensor<36xf32>) outs(%81 : tensor<36xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf one, %in, %cst : f32
      cf.assert %167, "unimplemented: tensor with zero element"
      %168 = arith.divf %cst_0, %in : f32
      linalg.yield %168 : f32
    } -> tensor<36xf32>
    %expanded_105 = tensor.expand_shape %cst_33 [[0, 1, 2]] output_shape [36, 1, 1] : tensor<36xf32> into tensor<36x1x1xf32>
    %expanded_106 = tensor.expand_shape %84 [[0, 1, 2]] output_shape [36, 1, 1] : tensor<36xf32> into tensor<36x1x1xf32>
    %85 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%80, %expanded_105 : tensor<1x36x8x8xf32>, tensor<36x1x1xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.subf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %86 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%85, %expanded_106 : tensor<1x36x8x8xf32>, tensor<36x1x1xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %expanded_107 = tensor.expand_shape %cst_31 [[0, 1, 2]] output_shape [36, 1, 1] : tensor<36xf32> into tensor<36x1x1xf32>
    %87 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%86, %expanded_107 : tensor<1x36x8x8xf32>, tensor<36x1x1xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %expanded_108 = tensor.expand_shape %cst_30 [[0, 1, 2]] output_shape [36, 1, 1] : tensor<36xf32> into tensor<36x1x1xf32>
    %88 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%87, %expanded_108 : tensor<1x36x8x8xf32>, tensor<36x1x1xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %89 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%88 : tensor<1x36x8x8xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.addf %in, %cst_71 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %90 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%89 : tensor<1x36x8x8xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf ult, %in, %cst : f32
      %168 = arith.select %167, %cst, %in : f32
      linalg.yield %168 : f32
    } -> tensor<1x36x8x8xf32>
    %91 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%90 : tensor<1x36x8x8xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf ugt, %in, %cst_72 : f32
      %168 = arith.select %167, %cst_72, %in : f32
      linalg.yield %168 : f32
    } -> tensor<1x36x8x8xf32>
    %92 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%88, %91 : tensor<1x36x8x8xf32>, tensor<1x36x8x8xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %93 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%92 : tensor<1x36x8x8xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.divf %in, %cst_72 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %padded_109 = tensor.pad %93 low[0, 0, 2, 2] high[0, 0, 2, 2] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst : f32
    } : tensor<1x36x8x8xf32> to tensor<1x36x12x12xf32>
    %collapsed_110 = tensor.collapse_shape %cst_29 [[0, 1], [2], [3]] : tensor<36x1x5x5xf32> into tensor<36x5x5xf32>
    %94 = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%padded_109, %collapsed_110 : tensor<1x36x12x12xf32>, tensor<36x5x5xf32>) outs(%79 : tensor<1x36x8x8xf32>) -> tensor<1x36x8x8xf32>
    %95 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%cst_27 : tensor<36xf32>) outs(%81 : tensor<36xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.truncf %cst_67 : f64 to f32
      %168 = arith.addf %in, %167 : f32
      linalg.yield %168 : f32
    } -> tensor<36xf32>
    %96 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%95 : tensor<36xf32>) outs(%81 : tensor<36xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = math.sqrt %in : f32
      linalg.yield %167 : f32
    } -> tensor<36xf32>
    %97 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%96 : tensor<36xf32>) outs(%81 : tensor<36xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf one, %in, %cst : f32
      cf.assert %167, "unimplemented: tensor with zero element"
      %168 = arith.divf %cst_0, %in : f32
      linalg.yield %168 : f32
    } -> tensor<36xf32>
    %expanded_111 = tensor.expand_shape %cst_28 [[0, 1, 2]] output_shape [36, 1, 1] : tensor<36xf32> into tensor<36x1x1xf32>
    %expanded_112 = tensor.expand_shape %97 [[0, 1, 2]] output_shape [36, 1, 1] : tensor<36xf32> into tensor<36x1x1xf32>
    %98 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%94, %expanded_111 : tensor<1x36x8x8xf32>, tensor<36x1x1xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.subf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %99 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%98, %expanded_112 : tensor<1x36x8x8xf32>, tensor<36x1x1xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %expanded_113 = tensor.expand_shape %cst_26 [[0, 1, 2]] output_shape [36, 1, 1] : tensor<36xf32> into tensor<36x1x1xf32>
    %100 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%99, %expanded_113 : tensor<1x36x8x8xf32>, tensor<36x1x1xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %expanded_114 = tensor.expand_shape %cst_25 [[0, 1, 2]] output_shape [36, 1, 1] : tensor<36xf32> into tensor<36x1x1xf32>
    %101 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%100, %expanded_114 : tensor<1x36x8x8xf32>, tensor<36x1x1xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %102 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%101 : tensor<1x36x8x8xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.addf %in, %cst_71 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %103 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%102 : tensor<1x36x8x8xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf ult, %in, %cst : f32
      %168 = arith.select %167, %cst, %in : f32
      linalg.yield %168 : f32
    } -> tensor<1x36x8x8xf32>
    %104 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%103 : tensor<1x36x8x8xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf ugt, %in, %cst_72 : f32
      %168 = arith.select %167, %cst_72, %in : f32
      linalg.yield %168 : f32
    } -> tensor<1x36x8x8xf32>
    %105 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%101, %104 : tensor<1x36x8x8xf32>, tensor<1x36x8x8xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %106 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%105 : tensor<1x36x8x8xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.divf %in, %cst_72 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %107 = tensor.empty() : tensor<1x36x1x1xf32>
    %108 = linalg.fill ins(%cst : f32) outs(%107 : tensor<1x36x1x1xf32>) -> tensor<1x36x1x1xf32>
    %109 = linalg.generic {indexing_maps = [#map1, #map4], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%106 : tensor<1x36x8x8xf32>) outs(%108 : tensor<1x36x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.addf %in, %out : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x1x1xf32>
    %110 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%109 : tensor<1x36x1x1xf32>) outs(%107 : tensor<1x36x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.divf %in, %cst_73 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x1x1xf32>
    %111 = tensor.empty() : tensor<1x4x1x1xf32>
    %broadcasted = linalg.broadcast ins(%cst_23 : tensor<4xf32>) outs(%111 : tensor<1x4x1x1xf32>) dimensions = [0, 2, 3] 
    %112 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%110, %cst_24 : tensor<1x36x1x1xf32>, tensor<4x36x1x1xf32>) outs(%broadcasted : tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32>
    %113 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%112 : tensor<1x4x1x1xf32>) outs(%111 : tensor<1x4x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf ugt, %in, %cst : f32
      %168 = arith.select %167, %in, %cst : f32
      linalg.yield %168 : f32
    } -> tensor<1x4x1x1xf32>
    %broadcasted_115 = linalg.broadcast ins(%cst_21 : tensor<36xf32>) outs(%107 : tensor<1x36x1x1xf32>) dimensions = [0, 2, 3] 
    %114 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%113, %cst_22 : tensor<1x4x1x1xf32>, tensor<36x4x1x1xf32>) outs(%broadcasted_115 : tensor<1x36x1x1xf32>) -> tensor<1x36x1x1xf32>
    %115 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%114 : tensor<1x36x1x1xf32>) outs(%107 : tensor<1x36x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.addf %in, %cst_71 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x1x1xf32>
    %116 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%115 : tensor<1x36x1x1xf32>) outs(%107 : tensor<1x36x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf ult, %in, %cst : f32
      %168 = arith.select %167, %cst, %in : f32
      linalg.yield %168 : f32
    } -> tensor<1x36x1x1xf32>
    %117 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%116 : tensor<1x36x1x1xf32>) outs(%107 : tensor<1x36x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf ugt, %in, %cst_72 : f32
      %168 = arith.select %167, %cst_72, %in : f32
      linalg.yield %168 : f32
    } -> tensor<1x36x1x1xf32>
    %118 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%117 : tensor<1x36x1x1xf32>) outs(%107 : tensor<1x36x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.divf %in, %cst_72 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x1x1xf32>
    %119 = linalg.generic {indexing_maps = [#map1, #map4, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%106, %118 : tensor<1x36x8x8xf32>, tensor<1x36x1x1xf32>) outs(%78 : tensor<1x36x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x36x8x8xf32>
    %120 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%119, %cst_20 : tensor<1x36x8x8xf32>, tensor<12x36x1x1xf32>) outs(%68 : tensor<1x12x8x8xf32>) -> tensor<1x12x8x8xf32>
    %121 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%cst_18 : tensor<12xf32>) outs(%70 : tensor<12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.truncf %cst_67 : f64 to f32
      %168 = arith.addf %in, %167 : f32
      linalg.yield %168 : f32
    } -> tensor<12xf32>
    %122 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%121 : tensor<12xf32>) outs(%70 : tensor<12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = math.sqrt %in : f32
      linalg.yield %167 : f32
    } -> tensor<12xf32>
    %123 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%122 : tensor<12xf32>) outs(%70 : tensor<12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf one, %in, %cst : f32
      cf.assert %167, "unimplemented: tensor with zero element"
      %168 = arith.divf %cst_0, %in : f32
      linalg.yield %168 : f32
    } -> tensor<12xf32>
    %expanded_116 = tensor.expand_shape %cst_19 [[0, 1, 2]] output_shape [12, 1, 1] : tensor<12xf32> into tensor<12x1x1xf32>
    %expanded_117 = tensor.expand_shape %123 [[0, 1, 2]] output_shape [12, 1, 1] : tensor<12xf32> into tensor<12x1x1xf32>
    %124 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%120, %expanded_116 : tensor<1x12x8x8xf32>, tensor<12x1x1xf32>) outs(%67 : tensor<1x12x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.subf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x12x8x8xf32>
    %125 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%124, %expanded_117 : tensor<1x12x8x8xf32>, tensor<12x1x1xf32>) outs(%67 : tensor<1x12x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x12x8x8xf32>
    %expanded_118 = tensor.expand_shape %cst_17 [[0, 1, 2]] output_shape [12, 1, 1] : tensor<12xf32> into tensor<12x1x1xf32>
    %126 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%125, %expanded_118 : tensor<1x12x8x8xf32>, tensor<12x1x1xf32>) outs(%67 : tensor<1x12x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x12x8x8xf32>
    %expanded_119 = tensor.expand_shape %cst_16 [[0, 1, 2]] output_shape [12, 1, 1] : tensor<12xf32> into tensor<12x1x1xf32>
    %127 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%126, %expanded_119 : tensor<1x12x8x8xf32>, tensor<12x1x1xf32>) outs(%67 : tensor<1x12x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x12x8x8xf32>
    %128 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%77, %127 : tensor<1x12x8x8xf32>, tensor<1x12x8x8xf32>) outs(%67 : tensor<1x12x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x12x8x8xf32>
    %padded_120 = tensor.pad %128 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst : f32
    } : tensor<1x12x8x8xf32> to tensor<1x12x10x10xf32>
    %broadcasted_121 = linalg.broadcast ins(%cst_14 : tensor<24xf32>) outs(%55 : tensor<1x24x8x8xf32>) dimensions = [0, 2, 3] 
    %expanded_122 = tensor.expand_shape %padded_120 [[0], [1, 2], [3], [4]] output_shape [1, 12, 1, 10, 10] : tensor<1x12x10x10xf32> into tensor<1x12x1x10x10xf32>
    %expanded_123 = tensor.expand_shape %cst_15 [[0, 1], [2], [3], [4]] output_shape [12, 2, 1, 3, 3] : tensor<24x1x3x3xf32> into tensor<12x2x1x3x3xf32>
    %expanded_124 = tensor.expand_shape %broadcasted_121 [[0], [1, 2], [3], [4]] output_shape [1, 12, 2, 8, 8] : tensor<1x24x8x8xf32> into tensor<1x12x2x8x8xf32>
    %129 = linalg.conv_2d_ngchw_gfchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%expanded_122, %expanded_123 : tensor<1x12x1x10x10xf32>, tensor<12x2x1x3x3xf32>) outs(%expanded_124 : tensor<1x12x2x8x8xf32>) -> tensor<1x12x2x8x8xf32>
    %collapsed_125 = tensor.collapse_shape %129 [[0], [1, 2], [3], [4]] : tensor<1x12x2x8x8xf32> into tensor<1x24x8x8xf32>
    %130 = linalg.generic {indexing_maps = [#map3, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_3, %collapsed_125 : tensor<f32>, tensor<1x24x8x8xf32>) outs(%55 : tensor<1x24x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.cmpf ogt, %in, %in_142 : f32
      %168 = arith.select %167, %in, %in_142 : f32
      linalg.yield %168 : f32
    } -> tensor<1x24x8x8xf32>
    %131 = linalg.generic {indexing_maps = [#map3, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_3, %collapsed_125 : tensor<f32>, tensor<1x24x8x8xf32>) outs(%55 : tensor<1x24x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.cmpf olt, %in, %in_142 : f32
      %168 = arith.select %167, %in, %in_142 : f32
      linalg.yield %168 : f32
    } -> tensor<1x24x8x8xf32>
    %132 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%131 : tensor<1x24x8x8xf32>) outs(%55 : tensor<1x24x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.truncf %cst_13 : f64 to f32
      %168 = arith.mulf %in, %167 : f32
      linalg.yield %168 : f32
    } -> tensor<1x24x8x8xf32>
    %133 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%130, %132 : tensor<1x24x8x8xf32>, tensor<1x24x8x8xf32>) outs(%55 : tensor<1x24x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x8x8xf32>
    %padded_126 = tensor.pad %133 low[0, 0, 2, 1] high[0, 0, 2, 1] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst : f32
    } : tensor<1x24x8x8xf32> to tensor<1x24x12x10xf32>
    %134 = tensor.empty() : tensor<1x16x8x8xf32>
    %broadcasted_127 = linalg.broadcast ins(%cst_11 : tensor<16xf32>) outs(%134 : tensor<1x16x8x8xf32>) dimensions = [0, 2, 3] 
    %expanded_128 = tensor.expand_shape %padded_126 [[0], [1, 2], [3], [4]] output_shape [1, 4, 6, 12, 10] : tensor<1x24x12x10xf32> into tensor<1x4x6x12x10xf32>
    %expanded_129 = tensor.expand_shape %cst_12 [[0, 1], [2], [3], [4]] output_shape [4, 4, 6, 3, 3] : tensor<16x6x3x3xf32> into tensor<4x4x6x3x3xf32>
    %expanded_130 = tensor.expand_shape %broadcasted_127 [[0], [1, 2], [3], [4]] output_shape [1, 4, 4, 8, 8] : tensor<1x16x8x8xf32> into tensor<1x4x4x8x8xf32>
    %135 = linalg.conv_2d_ngchw_gfchw {dilations = dense<[2, 1]> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%expanded_128, %expanded_129 : tensor<1x4x6x12x10xf32>, tensor<4x4x6x3x3xf32>) outs(%expanded_130 : tensor<1x4x4x8x8xf32>) -> tensor<1x4x4x8x8xf32>
    %collapsed_131 = tensor.collapse_shape %135 [[0], [1, 2], [3], [4]] : tensor<1x4x4x8x8xf32> into tensor<1x16x8x8xf32>
    %136 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_131 : tensor<1x16x8x8xf32>) outs(%134 : tensor<1x16x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.negf %in : f32
      %168 = math.exp %167 : f32
      %169 = arith.addf %168, %cst_0 : f32
      %170 = arith.divf %cst_0, %169 : f32
      linalg.yield %170 : f32
    } -> tensor<1x16x8x8xf32>
    %137 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_131, %136 : tensor<1x16x8x8xf32>, tensor<1x16x8x8xf32>) outs(%134 : tensor<1x16x8x8xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x16x8x8xf32>
    %expanded_132 = tensor.expand_shape %137 [[0], [1, 2], [3], [4]] output_shape [1, 4, 4, 8, 8] : tensor<1x16x8x8xf32> into tensor<1x4x4x8x8xf32>
    %138 = tensor.empty() : tensor<1x4x4x8x8xf32>
    %transposed = linalg.transpose ins(%expanded_132 : tensor<1x4x4x8x8xf32>) outs(%138 : tensor<1x4x4x8x8xf32>) permutation = [0, 2, 1, 3, 4] 
    %collapsed_133 = tensor.collapse_shape %transposed [[0], [1, 2], [3], [4]] : tensor<1x4x4x8x8xf32> into tensor<1x16x8x8xf32>
    %padded_134 = tensor.pad %collapsed_133 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst_1 : f32
    } : tensor<1x16x8x8xf32> to tensor<1x16x10x10xf32>
    %139 = tensor.empty() : tensor<1x16x4x4xf32>
    %140 = linalg.fill ins(%cst_1 : f32) outs(%139 : tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32>
    %141 = tensor.empty() : tensor<3x3xf32>
    %142 = linalg.pooling_nchw_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded_134, %141 : tensor<1x16x10x10xf32>, tensor<3x3xf32>) outs(%140 : tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32>
    %143 = tensor.empty() : tensor<1x24x4x4xf32>
    %144 = linalg.fill ins(%cst : f32) outs(%143 : tensor<1x24x4x4xf32>) -> tensor<1x24x4x4xf32>
    %145 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%142, %cst_10 : tensor<1x16x4x4xf32>, tensor<24x16x1x1xf32>) outs(%144 : tensor<1x24x4x4xf32>) -> tensor<1x24x4x4xf32>
    %146 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%cst_8 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.truncf %cst_67 : f64 to f32
      %168 = arith.addf %in, %167 : f32
      linalg.yield %168 : f32
    } -> tensor<24xf32>
    %147 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%146 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = math.sqrt %in : f32
      linalg.yield %167 : f32
    } -> tensor<24xf32>
    %148 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%147 : tensor<24xf32>) outs(%16 : tensor<24xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf one, %in, %cst : f32
      cf.assert %167, "unimplemented: tensor with zero element"
      %168 = arith.divf %cst_0, %in : f32
      linalg.yield %168 : f32
    } -> tensor<24xf32>
    %expanded_135 = tensor.expand_shape %cst_9 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %expanded_136 = tensor.expand_shape %148 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %149 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%145, %expanded_135 : tensor<1x24x4x4xf32>, tensor<24x1x1xf32>) outs(%143 : tensor<1x24x4x4xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.subf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x4x4xf32>
    %150 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%149, %expanded_136 : tensor<1x24x4x4xf32>, tensor<24x1x1xf32>) outs(%143 : tensor<1x24x4x4xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x4x4xf32>
    %expanded_137 = tensor.expand_shape %cst_7 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %151 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%150, %expanded_137 : tensor<1x24x4x4xf32>, tensor<24x1x1xf32>) outs(%143 : tensor<1x24x4x4xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.mulf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x4x4xf32>
    %expanded_138 = tensor.expand_shape %cst_6 [[0, 1, 2]] output_shape [24, 1, 1] : tensor<24xf32> into tensor<24x1x1xf32>
    %152 = linalg.generic {indexing_maps = [#map1, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%151, %expanded_138 : tensor<1x24x4x4xf32>, tensor<24x1x1xf32>) outs(%143 : tensor<1x24x4x4xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x4x4xf32>
    %153 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%152 : tensor<1x24x4x4xf32>) outs(%143 : tensor<1x24x4x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.cmpf ugt, %in, %cst : f32
      %168 = arith.select %167, %in, %cst : f32
      linalg.yield %168 : f32
    } -> tensor<1x24x4x4xf32>
    %padded_139 = tensor.pad %153 low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst : f32
    } : tensor<1x24x4x4xf32> to tensor<1x24x6x6xf32>
    %154 = tensor.empty() : tensor<1x24x2x2xf32>
    %155 = linalg.fill ins(%cst : f32) outs(%154 : tensor<1x24x2x2xf32>) -> tensor<1x24x2x2xf32>
    %156 = linalg.pooling_nchw_sum {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%padded_139, %141 : tensor<1x24x6x6xf32>, tensor<3x3xf32>) outs(%155 : tensor<1x24x2x2xf32>) -> tensor<1x24x2x2xf32>
    %157 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%156 : tensor<1x24x2x2xf32>) outs(%154 : tensor<1x24x2x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = linalg.index 2 : index
      %168 = arith.index_cast %167 : index to i64
      %169 = arith.muli %168, %c2_i64 : i64
      %170 = arith.subi %169, %c1_i64 : i64
      %171 = arith.addi %169, %c2_i64 : i64
      %172 = arith.minsi %171, %c5_i64 : i64
      %173 = arith.minsi %172, %c4_i64 : i64
      %174 = arith.subi %c1_i64, %169 : i64
      %175 = arith.maxsi %174, %c0_i64 : i64
      %176 = arith.subi %173, %170 : i64
      %177 = arith.subi %176, %175 : i64
      %178 = arith.maxsi %177, %c0_i64 : i64
      %179 = linalg.index 3 : index
      %180 = arith.index_cast %179 : index to i64
      %181 = arith.muli %180, %c2_i64 : i64
      %182 = arith.subi %181, %c1_i64 : i64
      %183 = arith.addi %181, %c2_i64 : i64
      %184 = arith.minsi %183, %c5_i64 : i64
      %185 = arith.minsi %184, %c4_i64 : i64
      %186 = arith.subi %c1_i64, %181 : i64
      %187 = arith.maxsi %186, %c0_i64 : i64
      %188 = arith.subi %185, %182 : i64
      %189 = arith.subi %188, %187 : i64
      %190 = arith.maxsi %189, %c0_i64 : i64
      %191 = arith.muli %178, %190 : i64
      %192 = arith.sitofp %191 : i64 to f32
      %193 = arith.divf %in, %192 : f32
      linalg.yield %193 : f32
    } -> tensor<1x24x2x2xf32>
    %158 = tensor.empty() : tensor<1x24x1x1xf32>
    %159 = linalg.fill ins(%cst : f32) outs(%158 : tensor<1x24x1x1xf32>) -> tensor<1x24x1x1xf32>
    %160 = linalg.generic {indexing_maps = [#map1, #map4], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%157 : tensor<1x24x2x2xf32>) outs(%159 : tensor<1x24x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.addf %in, %out : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x1x1xf32>
    %161 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%160 : tensor<1x24x1x1xf32>) outs(%158 : tensor<1x24x1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %167 = arith.divf %in, %cst_74 : f32
      linalg.yield %167 : f32
    } -> tensor<1x24x1x1xf32>
    %collapsed_140 = tensor.collapse_shape %161 [[0], [1, 2, 3]] : tensor<1x24x1x1xf32> into tensor<1x24xf32>
    %162 = tensor.empty() : tensor<24x10xf32>
    %transposed_141 = linalg.transpose ins(%cst_5 : tensor<10x24xf32>) outs(%162 : tensor<24x10xf32>) permutation = [1, 0] 
    %163 = tensor.empty() : tensor<1x10xf32>
    %164 = linalg.fill ins(%cst : f32) outs(%163 : tensor<1x10xf32>) -> tensor<1x10xf32>
    %165 = linalg.matmul ins(%collapsed_140, %transposed_141 : tensor<1x24xf32>, tensor<24x10xf32>) outs(%164 : tensor<1x10xf32>) -> tensor<1x10xf32>
    %166 = linalg.generic {indexing_maps = [#map5, #map6, #map5], iterator_types = ["parallel", "parallel"]} ins(%165, %cst_4 : tensor<1x10xf32>, tensor<10xf32>) outs(%163 : tensor<1x10xf32>) {
    ^bb0(%in: f32, %in_142: f32, %out: f32):
      %167 = arith.addf %in, %in_142 : f32
      linalg.yield %167 : f32
    } -> tensor<1x10xf32>
    return %166, %157 : tensor<1x10xf32>, tensor<1x24x2x2xf32>
  }
}

{-#
  dialect_resources: {
    builtin: {
      torch_tensor_10_torch.float32: "0x040000007F9C4ABE1D3E13BED857DD3CBADB493E16C9F7BD4300063E8C09993C4ADBB3BD5D836A39066CC83D",
      torch_tensor_10_24_torch.float32: "0x04000000B025FABD85D9443E67F5073EC2E115BE6CA2CC3879B590BB8744C73D3F0533BE8AD1463BF7498B3DB9BED43D43D9AE3C9C36CFBD4EAA48BEA9F5E13D98D43E3ED36E7CBD5BCB3ABEFCA0743DBB8B12BE839108BE32E8633D87CB9EBC6B7C63BCA37B3B3E0DA712BD0E78FE3D141B82BDF4881B3E9B117F3D98423A3E52CE913D4E1494BD0235B63D4C15323EA2771E3D38BBC03D7A0D13BE3F83E23D579645BEECC7383EBCA9AC3D73165C3CC9A243BED8133E3E2148053E1CB1403EAA56A43DE2C98C3D709358BDEB50ABBDFBB6A53D0DFB903D67D9D8BBD9FC043DC69A8F3DABFD49BE27D938BE32925EBD775B0E3E15F5CB3D2F8147BE1F097BBD3EC2B0BCB54D893D9A012B3E114B923B60B322BE16354D3CE36EA1BD507CFFBD3C8DE73D4FA9E0BCD088C53DF1C1223E5658A43CC876EB3DE96FC5BD295CE93DC29B053CEBE60A3EABD6473ED01D1EBE166E463E708F1F3EEE6128BEE917753DDA2A2ABEC09B873D174B013D2F8947BE39C2973D7AA865BD7A59503E1D024C3E5450903DD1C2243E80FD963D9EC1453E21639ABC00A44E3DB51B0ABD40F369BB94387CBD9E71A5BD9CD4F13D1D65B33D9C8AB8BD603638BE2268CC3D434640BE0EFE13BC3ADA33BE82052F3EE5332A3EB1C82BBEF35542BE2F2BF7BD61B6663D0C0ED1BDB61C47BD9EEE53BDEE5D193D01BDC5BD3822BE3DFE9215BEFAD894BC6D352F3E12D6E6BDCB5D203E8D93D93D5B0987BDADF6903D03360DBEF194863C02D56C3D03CC343E0CEEE9BD8AC0EDBD20A6D0BDE59F4BBEB514293DE7052DBEA87160BD4786BABDBFFC3A3CAEA07D3DE4E417BEA7D376BD0DC3A0BC48AAF1BDA225413D5BC29A3D84F714BEBC5B243E2588143EC82E7BBD8BCEF83C159ACB3C04B7E6BC8B480CBE443D2C3EC9B8CD3D93AC2EBE08FF21BE86C5463EC971053DAF1640BDB1A90D3E1C31703D0211963D85D3253EAF8282BC482C473E39D312BE9761FEBD8FAA0D3DE002CBBC0A8FEE3D325B63BD5E79033DE0BA2DBD63EC1C3E9E5D5BBC0D564D3B0421193E2E354B3E3C01483EED5D4CBEB638ECBD5B8E35BD109B2CBD53D0F13D2FCFBC3D4B8A89BC5E749E3BA123333D9730343E1AA3D83DD5DDD2BDED26D6BDBB34843D7522A9BCCC1806BEF44E4ABE6386EF3C8D2874BDFC3BF3BD01471D3D208B4B3E5C9C2D3E8A5AEE3D51A51DBE6897EE3D9A38D83D6E7A8B3DF14550BD3DF168BB69BFE2BDFF553CBD0CA209BD63E0ECBC7C0450BE437B933D57052BBE88501CBEAFE1A93D1E1A2BBE9E67473E3426483EFCD884BDBC1710BD09EA1FBEB3C14E3C1FDE183D5553E5BDA817833D50B500BC657676BDBB2039BA",
      torch_tensor_24_torch.float32_20: "0x0400000085F30E3EB4C0923E6064893EAFCA5C3E9F6CCCBEFCAE1ABF618BE8BC674601BF5A6FFE3D90D13C3F38EA033D87E4D33E60539E3E475992BDD10FEFBC07D68D3E9DE1E33D59453B3E4BC7C53DE0590BBFCA213C3F95BA613E407BC33D59FCB5BE",
      torch_tensor_24_torch.float32_19: "0x0400000086C2A63F87196A3FCC5E883F609D9B3F6334363F525E443F6EC9023F9434AD3FB786443F20FDB63FEAE4663F1BB5503FC895A03F8F8C733F2939293FE6DF863F0666443F7E5E233FFA3C2F3F7036963FEE62853F381F4C3F5AD8963F86EE573F",
      torch_tensor_24_torch.float32_18: "0x040000006A51953F5868443FE19C0B3FFE18BF3F9D539D3FD4CF593F6A368A3F2483523FEC9E2B3F0CBD093F0DB8A93F02CC093FFA731F3F7D67B53F16632F3F2E06553FAA4B803FF998013F12C80B3F222C183F5FB46C3FC3AC513F0088AF3F4E2BA93F",
      torch_tensor_24_torch.float32_17: "0x04000000155B9E3E5A477E3ECBCC57BE0794CC3DCB84A2BE8EE9EE3E51CC64BE0DF7D7BC05024B3EABA4483E43B738BE38BDD5BDD88559BF3E9F493DD481453EDFC7C53E783418BE9E095B3D144E853DDB9213BEDBBCE2BEE185663E9A050A3E93ABEC3E",
      torch_tensor_24_16_1_1_torch.float32: "0x04000000387E743E1406E43DC0F810BD6CF354BEC0A1FC3B749CB53D38090BBE70F500BDA21F7FBE88EC7FBE106CDEBCF634563EC0C740BCA484A03D8CA7CCBD802EA7BDF01CE1BC886A01BE68A61C3E32A41F3EB80347BE4C0A9D3D8082D3BD163613BE50DAF9BC98CD9EBD90C311BEC0E9163D381E123E98021EBD90428FBC201D9A3CEC0BDCBD8287073EAA346C3EE02DBBBC10388B3CBA444E3EDAAD513E3C703EBEC81BEDBD2C1E7BBE3CCC1C3E12CF473E2859BABD6C3CA43D380C783D68405CBE7475CC3D903AFB3D8029B43BC005D23C88F36D3DAA6C383EAE31623E282D133D503EDA3DCCF385BDDAA0183E6065C9BD9C0453BEA437F03DD8E4BD3DF063613D04D7D93D80B4F33CE840AE3D9CA1D03D28190ABEE0765BBC88511A3D78771BBD9E3D57BE9045C23CAE731C3E8EE808BED0577B3EC887693DCCC1D93DD8B4C5BD4C6951BECC8BBEBDC047FA3B104EE9BD2AFC633E3ED923BE266C2CBEFC9BB5BDC0AB653E541DEABD6ED56C3E180DF63DF0961BBDBC67043EB868F33D4C4D02BED0D052BDC8F7773E22C5123E4012FABDD0AB89BD687C0F3E5EF6013E4057A23CB2B824BE20D13CBE802258BDDC3EBC3D7056DABC800956BE20F67ABDCC877F3EC49653BE2EAE46BEDEED203EC8B87E3E344376BE488967BE5818A0BDAE3D7F3E624B11BE601AAF3CCCFA503EA840B5BD40039DBDF2D52BBEA0441D3CE4F16E3E085DD13D9AF0333EC0AE87BC90A622BD18F136BD4002123E604606BD92AC5ABEB4C9B3BDB05FC83DD897793E40323ABDD4E35EBE547F3CBE286C49BE9463CE3D78B43C3E886A973DF488B03D6CC7263E4C082F3EAADD183EB8270F3EC08A8A3D4423043E86A82FBE7EB225BED8B2893D685B1F3D240E61BEDE7E3ABE98CB4BBE44524B3E565F273EE6BE06BE88801A3D08876BBD2A8C5E3E3CDE67BE26C33ABEFE2255BE8AFC143E44F1FFBDE479183E9812AD3D0443FABD84ED89BD9032CFBD98E1E13D1854CDBDC8C1AD3D004F923C78714CBEB6EC20BEF28031BE8624063EB0E15D3DC0FACDBBD66E18BE8EA57DBE9830B5BD7CED43BE48A27EBEA22974BEC03727BE36DE78BE849A9F3D8C93BF3DE85ECE3DC0D87EBECE4C1E3E88A4473D12E7023EE8AC7BBDB0DEF53D54CB72BE1464AE3DACFF4A3E243AD73D144F71BEFCBA8FBD3054FEBCD621063EECBDC1BD5047133DF0BCB3BDC8AB22BD8012A3BBDAFF12BE1CB031BE6656533E4C17573EC002F8BBEE955D3E1A45453EEA3F21BEA472CBBD34D52FBED888A53D402DCF3BA86D0CBD50123E3E2C20C8BD421B0CBEFAFB35BE123C02BE7ABD763EF8EDF8BDE4E08CBD08C4E63DCE9D44BEA4611BBE0A6B3C3EC05FC4BD1CD704BEC07B04BD78E911BDC0233B3DC8B5BB3D486345BE9CA4683E906473BE1868AD3DCC7690BD2037D8BDB8776F3EFAB176BEC0DE8B3C760A243ECCDC643E226D58BE40C0F63C00487D3E6AC27ABE301D7A3DF46620BE983B263DD89267BEE0E7FB3DD02963BD20FF183E006076BBE8F511BD289C78BD76676ABE447AD9BDA007083CB20D46BE76AA603E607E26BE9C78C7BD38F008BD44604FBE807201BBD48CF6BD304856BE00F0C83B42A2623EC8287C3D6825533E003920BB40B5B2BD44534E3E185308BEB0D36CBE901D603DF82AFF3D1C0719BEAC34B43D24A6B5BDA07DF8BC68BB62BDB0065BBD3C4C50BE30F77A3DACAD86BD28BF433ED0EA2A3DBA5C51BECAC042BEFA6A05BE642FF53D084925BEE439EABD20E8393DF87B31BE2C1FFCBD1223683E785807BE7C95AABD6217373E5076653D2EEF483E8E8861BEC0EBFF3D00A11CBD660124BEAC49DBBD489F77BE2E18313E807C44BDF6047BBE7AEF5A3E04D0253E00B4D33D128E7A3E8E2E673E3A3F6F3E2A41653EA00B503E3809863DD082ABBCA0C41B3C98C6D4BD3091F03DC053ED3B9896713DDCE624BE58C8C0BD84EC3F3E0031C73CE0AFB03D6A7D5FBE7440DBBDC07DD0BB70E8D6BC926A233E88839ABD2CA8553EB00C46BD5024C73D2E3B34BE98CE2D3D789579BE24A55BBE62D723BE84568F3D00BC9E3CF036C63C1007E0BC9A1A573E12C77A3EC470D93DD4954B3EC06E4ABC3C3ABCBD3813473D4454283EC8421EBDA09044BEB014A93D508482BD5876F6BD02B2213E00070BBC005612BE",
      torch_tensor_16_torch.float32: "0x0400000033D09ABC32BC893DBC7C07BEA71427BC6DCB623D203B59BDB5104B3CB2745ABD41FABABD6542DA3D77E3C5BDC91CD1BA58A5393DE3BF9BBD1791863D6372E7BD",
      torch_tensor_16_6_3_3_torch.float32: "0x040000009776263D8837D23CB9B913BDADA9FD3D8FD3AA3ABC343C3DD5BF0D3B5CF5AD3C77DF393DFADDD53DA76BA03D5BAB8E3CB4D85E3D4AA027BD0D80BE3DAD781C3DDA53D23D890EAEBCBD8CE3BDD038DC3CC3B3623D8231E13D9B0A583DB2F14D3DF7C9DD3D128E3FBDDF11F63DF9E28E3D7B20BA3DA9C3C63D3EB1E3BD7529913DDEC7013E77CAC3BD1A173FBC5A16AABD359806BD7E22A63CE713953D10D221BDD3F303BE837C963D9B5B9C3DE618CABC2896EE3DB3D8D63DCAB4F5BC3E32AC3BE15EC43CF673DABC665209BDA29B7BBDD37D9EBD6D2F8B3D588325BDAFB385BDD180F53DA83CB23C1F16C93DA7F9FD3D6C0A9DBC5849A63C1932013EF1C0BFBD4D1F27BD0FA29E3CF74217BC5D66143D038C923D995265BD239B2D3C4224FC3DADB39DBD09FEBCBDCDBBD5BD0998A63D58A1FFBDE78787BD103BBC3DE412A7BD10A4E23DF54782BD255CB03C8BED913C82C05ABBCD95AD3D32B4EC3D1B02AEBD884D9C3DBBED143D5F3026BB15DEC2BD3D58253D024ACA3D8D37EFBD34B200BED5FD08BED9CA003DAF2820BD6C242DBD7AC1013E162C0EBD74FCB0BDB78D483C60F798BD495023BD5537933DB2A4003D7C3FBFBD54AA043E6C8EBC3DDFFBBDBDA6CA723D580B653DCCFAC7BDE6DDC3BDADC4E6BDA14A783D6139C23CCF906B3D7CD274BD308FD13DB0588E3C5E61DEBDF84B0CBDCA3A8E3D821FF53C188BAABCC3B6C2BD715EADBDBB62F03DDEA59FBD327FC53DA2913ABD9E49B23A48B207BE6D3035BDAFEFEA3DEB36FABDDF3A8C3D288CEABD5A98A23C63ADFCBD63A0DCBDE8FDE0BDE14641BD73C9973C4E55CCBD9B430D3D4CDBA73DA131E33D89C5F63DCC7DB73DEB2124BDD7794DBCA295F63DFAA38A3D2AD113BD966AD23D898FF3BD3D87EE3DD3EE9B3DF169CCBD304FE3BDDBF2D93D2578093E628F423C41CB59BDA6B19E3D1C777B3DCF208BBC4721DF3D06A5B43D84F50A3D28B5903D098702BE5A8B82BD2F67743C6094173D576798BC2277523D83CC293D64C900BE04D02F3DCF4635BCCFC8BFBDE57C963BD71509BDE0FF93BDA1F5FDBDE025E93D8440A9BD92BA953CB943DF3DAE718CBC89A9B6BD64D006BEF039B93C01D78BBD1D98223C350B323DDEED1DBD72F8BC3D6E1191BCF7725EBD3046B8BD571D293D5F4EACBDA056EA3C8FB28CBC4989BF3D2DA188BDE84A89BDCC1190BC2C39AABDE480543D5F2C4CBD78AF643D99BFA13DC0BDA23D8FA7CCBC6718983D019493BD0DD70ABE5D3054BC0413CABD2FEAD7BD0CB00D3D5A27EE3D815A5BBDAD3EFCBB30EAC9BD08D7C23C62E91E3D4620ABBC910AD43DAC4DE0BDE19195BC5DB29ABD92B6F43D910FEC3D2A12093EFF34003E90C25C3D1967D5BD820BBDBDDF9E053D70D2F8BD5470B03DCB52723DCDFD043DDA40F3BDEABCCA3D07F86BBC6EE769BDBF82913D84693C3CA7F377BDC275023D06DAB9BD4083013E1147F43DBE87803D4F70933D47850ABEA9EC9ABD3A1706BE404291BD950FE7BD2B24CD3D595C963DED20A43D767277BD6E6BD43D4016A1BC2B6A10BD4E0F963DF08FB83DF54EC8BD04AA043EC80761BCE874143D31C10ABE8935783C92EE89BDFD80AEBD1CBA68BD792B26BA98CA1EBD3088B2BD0A8BC73D16D3253D25AF01BEC8D8E93C70EC083DB2DAA33B8C59073D93AB3ABCCAC5733D8632C4BDBDA96DBD26C6D03D17AAACBDDEBC883D80EF003E10D8FEBD853274BD52D5ED3DE7D006BC1E13DC3C0CA89E3CB6B3653D15AA65BD7CB9903CEBD7BD3DDE173CBC58B1FFBDA3AA403D8E4B0EBD822FEBBCC059913DF15EC33C4199A8BD539C80BD7475A9BC81B609BD3100ECBC047EBEBD53E5C93DE289903DD4FFDB3C8B69FC3CA581823C4164D03D8041FC3C7AD1A93CFD3399BD35F1393D055E02BEC3CB2F3D7192F1BDA8B066BD9B22933DDFFEA5BD5CEBDD3D6EFC99BD68FD033EBDCB2B3DA88C71BDC3F8A93DFFCFF6BD648DB0BD549BAEBD3CC0923C670A5B3CB1B5EFBD5077063E385F08B9D4D294BD5A06553B80436FBDE5C7193D3DC8493D7E1C1EBDF5FA013CC7D3A53D0946B5BDB695F8BC7E75A4BCCE63B8BDD997353CBAE2A33BAA1CE1BD40AFE43CF300053ECA3C943D172D97BD441CFF3D3393BFBDDBB38DBDF3DC753D25B7DD3D84FA043E01F0EF3DAE7699BDFA17FF3C83FFAEBD1FF2443BFAE6E63D753A893DC6AB00BE36E36FBD0626EBBD5349833D5D848DBCFABBCBBDBA1C32BDCCEA363DE4694E3C80C0023EB2CEECBA19552F3D9AD928BD9406853C19BE9F3B5C65EF3DEC8D693DD7D39EBD85A3F7BDF39404BE2F6C4ABD821A903C3718033E00115BBCB1EF593D21A48D3D7F7BD5BDFC8AE6BDB634533D4BE7813D78C581BD58B2AE3C1A7008BE64D3E03A56A1083D85D5A83A56F3B0BC1A01683D923519BDEF75CF3DE50CF0BD56469FBD75AAE8BD020EFCBD049DCE3DAEF009BDA4ECDABDDB37E73C990BD3BD4082E63BE17C843DD2BAEBBC8E458F3D01CEE43C5BA3DFBD2669DB3CF3A8B33D163701BD47B7523CE4378E3CEDB93F3CEAE4103DB66B05BEBA73D33DE31A733D83AA893CEAD8CA3CB6C2E0BDDF251FBD79F5C1BB7B7F043DCCE198BD75916C3C7BFC2CBDB4DBCA3D2039EFBD7810693CEAD0BC3D9A75D8BD7D9C7FBBB9C8803D47EC603D7B19833CAD51613D7647C2BD801FE83D44E8463BF426B43D1E9DF63CF80878BCCFC06E3DAA48043EB974093EB397EABD0239073CAE35C8BDF661A23D4D13C83D62B3C3BD2ADC00BC4BDAC03DF64DB83D4F8BD1BD3D20BB3DA45CC5BC4506EDBDAE10DE3CAAD5813D0724A73D2A7EBDBD13DBC9BD2141BBBDF9F09D3D8C93F3BD596896BAEACB23BD7A5C733D48EDDA3C45BC8CBD75B7C23CF83C003E088BB73C5E1B8ABDD84A953B73A2FFBDADCFB2BDEB11CFBCBBABADBD5701EC3D6764D83CF3DCD73D00D9FDBC230A9BBCAC990C3D50BC25BD38003EBD9DB208BEB4F4D13DB63AFC3DE9F809BE3B6B38BDAECDD2BDC84262BDE72CD43DC514953D63FF2CBC7B106E3DFB75263D9C33983D1FF6DFBD784B2C3DEBF903BE2C4AB7BD2DB74FBD053A59BC0B8103BEBAF35D3BC7FBB13C10365DBDF9CA343D4A88F33D266CBEBCA76D94BDCFE0F6BD7681CBBDE4249ABDAD08CEBDD9235BBDBD87993DD66B2E3D5F32FB3D1B5A0A3EC5B848BD5A495ABDAE8D983CFFEBDDBDC096973D37A3C8BC8A5CE9BD5869D2BDA80AC0BD8333193D2BA4D53D81CCDC3D437B19BD14E2A1BD306477BD3962BEBD62B50FBD18B4FBBD8FF6943D862703BE755DADBDB208BB3DE377D0BDE340053D44C0D03DA55B093EA0048D3DFB9515BDF5419F3D1B2A93BB07DE2BBD805CE839BB0EFA3C49DFBA3D76F9693D4D13853D14C5A63CC76FE0BB640C6A3DE410063D6A5705BEE23BB43CDD8877BDEECA93BDC28F573D3FF6E33C44C8BC3CA13584BD65C7803DF0C4023E5461883CA31A653D5782F4BD30AFA53DE2A1413D401F7B3DCB70683DCC9B12BDADD405BC9CC9063ED8EECB3D64C4C7BD0D20DD3D2CAF0A3E879B923C506FD9BD7317D83CD624E1BC3E61C83D52E205BEABA30E3D3134D1BAD4842F3CBAB6BF3D6C1B213BBF5FE0BD1F93A2BDE12E5FBD17C96D3C4319573D4B15D0BCDBFD5BBDA496743D6A7D07BEA4BFC23D599781BC07EDC13D7596D23DDC2D6E3CBC51303D14A29DBDADAEC73DCB1EA33D6F16AFBC8642593D9EC5F9BB5CBED93DE772653DFE2ECB3D8654FDBD6EC5073ECDAC4F3D6A7F873D6568F83C7F0BB73D982F033E59F03DBC4DADE4BDEEEAFF3D8819EBBCC06886BDEC8FAB3DFC889B3D2140953CB0F40BBCA342D5BC598AFF3D60CEA93D70F9A53D25B8B13DE3DB91BD47C3E83C2C19F1BDE1EAA13DA21F0ABE07440BBE65BE09BE1BDDAB3D4408683CA33EA2390A50B13C63F252BDAD4229BD7BBABBBD132008BD267EABBD62A56A3B71F9DA3DA665E6BD320E893D6F4BCFBD2DF166BDACFDD93C9AD1BF3C9A8DE43D8D8355B84F4B54BD598566BDCABB823BB5F9D0BDDE83DABD257D6EBDAE18653B4537BCBDFD169FBD1BFDC63D5AC6003E85982EBDE61AEFBD906655BD44F7603D54E6343DD4CA2CBD4E74F5BD1D9A27BDE142F9BCD47DA03D9F328ABDB443A73D59A49A3C3CD6BABCA25EF8BD1093093E2CC9C6BC275BAF3D532990BDBDB307BE7C26DEBD10D48EBD398331BD5E6C9DBC0E70E83DFD8300BE421A8B3D0A81EA3DF599653AB8CEADBD6A9F8E3B5C3C043D1CA0763D4F6E29BD32483FBD397B83BDB3C706BE15C3433D0FB3D2BDFFE285BD618DB7BA5BD9D63DCBCCF73DA5B6CABDF3B5F13DE6A6F93D5324E13DAA1C423CB3D5DF3DDE68873D69FBC7BD25E592BD61B9273BDA81C5BD448A37BD92B2E03D7FC1813D3EB6F23D63BD883AAB1B8EBD9374B83DA15E243C1DBCBB3CC92A6CBD2FF6643DBDD4CDBDE164DE3D06D1F33DD51E493D6E07D93D1829A93DFBE054BD42B9F1BD03B2923CCEFCAE3DDF1664BC84993B3C9691CE3DEA24663DF759D03D5DB1A33C9BEC793CD65305BD891EBCBC3F1E94BDA754BA3D912FFE3D8EDB4E3D33677D3BB9FF37BD5E9509BEB26BCEBC5ED9C5BD78C0CDBD29BFDCBC754DDBBCBFE1E03C6201CABDD449C83D96BDFDBD40FD83BDB39D53BDEA75093C976A663D32E412BDEDFBAD3C79F403BDA53A5BBDEDEE9BBC3374E03C475B07BE4BFCC1BD96BBD93DAE0B7C3D48746EBB5ED28C3B4FE1993C0E8D013D0847BEBD5EF017BD27C8FFBDA61BDBBDEFC0D1BC863193BC6FFBD93D7704C03C2AC2B4BCD11377BB82A69B3D48D928BD2E67D0BC77A2DFBCEFBBE0BD56CE9BBCDED100BE19CE95BD1365B1BDE69BCF3DAA5D00BE5844063E6CFE503D8757BCBDE2E5E63D97A7F5BC7A0DECBD",
      torch_tensor_24_torch.float32_16: "0x04000000569E80BB3E85573EEE9844BECB8A3B3E96C3D9BDF24283BEF008A9BE4091293E689382BE48AA263EA07C433D4383393EE44980BE3B3F953E46FDA9BEC28A81BE83B14C3ED69B393CAEAB3FBE06338FBDDAE197BE628894BEA67692BD8731823E",
      torch_tensor_24_1_3_3_torch.float32_2: "0x040000003BFB753E0BF9A13DE4AA8A3E585B243E98C5A0BECB9B08BDC09F5DBDBE3E4FBE506EC23DC011D5BDE83723BEABA87EBB3EF162BEA4408D3E36FD573E4F8DA13EEBD371BDA0F4DE3D80AA5BBC23398DBED06C1A3E2B6B6EBE0B6EF6BD7BDB18BE447FA6BEABE3433C96AC5F3D6B02CBBCE8087B3EC0ED823C76B178BD882D3ABE3BB84ABE401C42BD7B5448BE1B2B61BE169534BD401271BD8E5B50BE0370473E0CBD903E10BB68BED681153ED8611EBEA0C40DBD6F519F3E40B52E3DE7B9A2BE57E49C3ED61067BCCEEA2ABEF64234BE2F5A923E5658B83BC3873C3E7855603E737B04BED6C5E73C16CB5CBE0E848E3EBE7E34BE73B8623E70F7AC3DB88E523E407E70BE56D729BC7EDD303EABFD59BC00B99CBB5655263EF81C7FBEFBDD88BD7B791B3E1068273E20839E3EE00A87BD10C0A13DF6F127BE762665BDEB5A2BBEA8F37C3E0012053BDBDB0A3EC3BF3B3E766D7E3D164C113D96DCC7BC449190BEA0FA5B3DA63D97BD3F738FBEE3019F3E568E11BDDE5A2ABE9E25A6BE23319DBE1BFB013EF8D11BBE637213BEB68045BE6AC3893EF61AA4BD063F5D3E307D873E735184BE68A67E3E4B5C82BD9075A33EE0582E3E6652A5BE60A67D3D90F9EF3D16A7F7BD176B813E57558DBE3B9DD8BDC49DA23E5FAEA63EA8822A3EF6C14BBE82D792BE84C38ABE76A8AABD305D413EE621D83DABCE25BD3A7D993EE204863E7B881FBE08D113BE562680BB60AA8D3DAB621CBBC3C6033E90806B3EAB2F76BD43A0273E60B1393D8305033E2E850C3E0677B6BDD62F18BED8E5113E068A5ABE6833333EB0015BBEA62A6A3ED6F4083E363EA7BD9E1A433EE6D1E0BD3070913D4BFEC83D80700B3D2B17893D56D6D8BB3B38C5BDE66E3E3EEBA1063EA0A1FE3D7870663EA89732BE0B9C9EBD00AA1BBCB2B9893E5AE787BEE0C943BE7B9CA2BD9BC891BEABD686BE0ED2693EABC37E3C1F4C89BE4B7161BD2B8D33BCF0B2F2BDFFC08EBE1BC4393E6BA228BDA3A0A63E40B582BE43633BBEC0DD8DBC46B26DBE1EC1783E1BFB833EE29C9A3E7B7857BEDEDB723EC6FF6C3E9BD007BE96D1153D06A7223E2E41743EF3669FBE54E9A93E30A3ABBD16130B3E96FF53BEDC5583BEB02967BE9E2A493E4B5E28BEB06B463E3B61CE3D43C6073E70D797BD80F1D7BD03B41FBE66CB3EBE2A5C9D3EAB6694BC386012BE03CA9EBED6956D3C0069A9BE",
      torch_tensor_12_torch.float32_7: "0x04000000D8878A3E772E04BFE243643EC71FEABE5C23273F5F6D103E4C9738BE72F7C1BDE26066BE2D7C753E2EDC6F3ED0D5473D",
      torch_tensor_12_torch.float32_6: "0x04000000E6C2713F33842A3F0EBB6D3F6EB2443F1CCB533F9DA0163F7016B33F2F50B83F0805143F3609A83FE1B4923F38184C3F",
      torch_tensor_12_torch.float32_5: "0x040000005C888F3FBB84233FFBAD103FF66EAF3F5CC6BA3F7D8B323F5061903F0B39603F40F5A53FDB5F383F91B5AB3FECE6BF3F",
      torch_tensor_12_torch.float32_4: "0x040000001B50A6BD8C96573ED527453C78E01D3FCCFCC43D2151973D02F354BEFF65F6BE5C76EBBD48CD97BE2DA21CBF0D65183E",
      torch_tensor_12_36_1_1_torch.float32: "0x0400000000AEBA3C0BA5C6BDC3EEB93DF316F0BDD6AA273D0B06923C567A7A3DC67E27BE00BD1D3CEE66A63D0687DABD3BED283D56312B3AFAC8103E708D10BDAB3E953A687594BDC63E28BD8B6E433D3E9924BE1078013E0374F53D9E8D903D7085FF3D468154BD9B7E1B3D00EC0A3CB807ECBD603983BD8B5A72BDABCA28BDA28A17BE680EF0BDE0A781BCE0B2CFBC0BEC1ABE16DD113DA8DAB93D30220E3E3BA20F3E1E83EEBD50C85ABD70EDA1BDA06AFA3CD6EE363D50E2173D1077C73D7014B43DA835B7BDB651EA3DB640E63D76AEB43CEF7B14BE3359D1BD303E3E3DD6066C3D5E231F3EFBB8AD3D966D773D0045BABBB3BEE83D2B7B78BDD6FA8A3D9E92A2BD56E5CBBAE8B9C93DF89E9C3D903119BD004E0ABB487CBDBDE81A9E3D48ADE53D36FD6A3DD02525BE3858F4BDF381E43D967EC3BC669FD13D6699FB3DD6F847BD8B44C8BDEA8F20BEFE90823D8010AF3DCBB3ECBC00B025BE3BDBDBBD402113BC20C99B3DEBBF64BDAE59DCBDB6A0EDBD54B3183E8B35773D2F910ABE53CCD2BDCAE010BE008AC53C889A8ABDABE613BA4BFED7BC466415BE1B8318BEBC5F04BE38F48EBD565BD43C6B85A0BD00ABC2BB408BA3BCDC141C3E869A9BBDDB58203EBE0403BEA6640EBEB6FF5D3D83A7C6BD0014AF3D7ED7BCBDDC64063E5341253EEBD02E3C40E6113DB21D1F3E1659CA3D6EFD14BEABD2AEBB960E1ABEB85E023E2015FABC004698BA2EB6D1BDF899B9BD9631B13CEBCF0C3E7B92ABBDEB03813C167D1A3E2AF4183E207705BD94F51F3E1B9B783DD76F1B3E2B09A23B9EA310BE16D339BDA6C04C3D3306B63DFE042ABEC4C0043ED71919BE86FEC73D1A64283E7B3B283D30D700BDA3F0BB3DFB9D4ABD36D6FCBD763DF2BD207DA03D9E57023E0025DD3B087A25BECCB227BEB6261ABD2042B83D8076E3BDAB01383D0690BABD5EDB0A3E40E132BD66440EBD3BB015BE5EDD18BE2B8D383C2BC3DC3C4869B83D643C15BE0B3CEF3C403CC5BC8639C83DF0339BBD80624B3D068C893DF076AB3DB6256ABD86B05B3D66CA05BDFBD3373D0EE3D1BD039D07BE5F9A0BBE4892D6BD337690BD8B3BCB3C1B5315BD1650C2BD5683B73A7B9557BD8368D23DDF8F0CBE6BFA7BBD205ADBBD4078A83C40F9143C96151DBCB755293E903682BD003DC4BC365F303DC0700E3E7F5C013E40F99B3CB02281BDC644603D10C3D63DAB1A69BB4B67BB3D5EAD0B3E2BE0B6BDE0EB16BD62A719BE5BB51C3DD343F33D5B9104BD60DDD93C9B225A3D00F968BBE8AE043E56F5C63C8EC127BE26EF0CBE331729BEAB18E13B8B83B83D0B21B4BCD872193EA0A0F5BC4B920B3DA7E5193EFBBEAC3D803BAEBBDB63243E3EEFCBBDD6467E3D8B90D73DCB59D3BD8C5020BEF65B5A3D807F81BD4340ACBD3BC9073DE39CF7BD8E7F193EEB1E75BC2BA05ABD94AC0E3E30153E3D3010023DB833A3BD78A8223E3BEB4FBDD8F20D3E2BBA48BCC339AB3DCEFFEF3D9E1FFEBDF07FE3BDB3C328BEE330F63D5AC5123E707E79BD902DA7BD208BE43C4EC4B73DA081283D46460EBD101DD9BD3AF7113E580DDDBD40EA24BEF84888BD1621083DB0BD7D3D80FB833DE6BBC5BD130083BDB6C897BD3E4BA5BD7CBF0FBEDBBD0B3D068846BD884424BE784FC7BD83FCCCBD0E3D93BD4BE9D2BD6BC6ECBC70A4743D771F0ABEEBEB69BCE67644BD6E82AEBDC09517BDF0AA90BDD691AF3B3864F6BDCB75013DD0B11C3E936A0D3E380A99BDCB6A523D9A5021BE12B10F3E94142ABE208318BE043219BE837D1EBE2BE8B83CF68434BD0065233D2BF528BCABA16ABB80A276BDE382CABD42E40EBE333BAC3DC3FDAFBD06D70ABDA8C8A53D0B1229BDBB1F2CBD608CE3BDC30512BE26D4A33DA0051ABDD0A1D63D16B9333CABFA5DB9FB131ABEAB26713BCB471ABDCBC6C2BDB0FE1DBD80C10E3C269800BE5608E33C3E81ED3DE0DB063D0CE9223ED0479F3D9A9806BE8B5A86BD664724BDF6364C3D00C49BBBBC55093E0B9B9E3C862BD8BDC0467ABDF0FC0DBE3B3B3CBDA3D1A73D56F3D23A9CBF22BE70AD13BE867F773D6ACB15BE8B2008BE0E82CBBD60AA223E061D42BD70BB8CBD0079E6BD765ADA3D6B75DCBC56A4033D0B15233DBB87403DCB7BDA3D2BB40D3C0B3A8D3C6B5431BC979E04BE263A1CBDC76E223E1BE9F1BD286BD7BDDB5A29BED694253CDCA01FBE36D4AEBD60421D3E485E8D3D4BDAB53DA0C9E93C720711BE43D49EBD272A0ABE0611D3BD6B7A683D26573DBD48C9263E3ED1F8BD0EA611BE4684283E726E13BEC239113EB6D3373DEB8D1BBEABA5143E20DA39BD98BE8CBD0E2305BE935B10BE8BFE173D9CA327BE43438C3D76B128BD40946F3D102527BD2B146C3DAB2E95BBB6A5483D7EDE8ABDE6C8EABDD6E1AD3CA6DDD9BD8E98D3BD8C1B24BE369959BD3013E4BD3EE8043E",
      torch_tensor_36_torch.float32_8: "0x040000006857133E00432EBB0847D4BD180F083E9C1A64BE9619FC3E224DDD3E7C306F3E84B53EBE585FF0BE4C5F93BE4EE8F83E16FAEABE9C6EF4BE609B13BD98E4223E78CBFEBE0AADEDBE0027323B04BE2BBE9E59B23E3400133EBA36DEBE34BCE6BEF6CEAF3EA893B5BD64FA5FBE2C45213E8040C9BDD8DC743E90D6013EB8AE5DBE6A2ECDBE66958A3EBCCE99BE608462BD",
      torch_tensor_36_4_1_1_torch.float32: "0x04000000385E8A3D164BA3BE0CA9713E0A63C6BE8EBDB03E08DB69BEE0104BBEB66DD6BED89FF7BDF01946BD24FF6BBEB83BB63E5CEB923EB4EFE1BEF0DC4CBD20242C3EF4FCF63EF8D9F4BD842A9D3E4078E5BCC05F44BE7AA99C3E7C1EE4BE167AD63E3EB3FF3ED8C90BBE50404A3EC848FF3E385C1A3EE039483ED0003C3EE47851BEE8F4F93DF67088BE1C9ADA3E38665BBE7017EA3DC45014BE6606803E0008073C2EC38C3E1CA40ABE4A3996BE184C443E6E1290BE102FD2BE04D1453E6AF799BEA47240BE20B0FFBD606C113D605331BE104538BE70AF00BE1867B33E8C4E193E087F76BE76F4B0BE80CF3D3CE806243E006D2BBC24DC953E0053D73E0410163E50DB283E9A85943E98662FBE80A3B53DD6F8CE3EAC2D75BEE0641F3DCC2B48BE30D8C4BE8698873ED28ECC3EDE4C8ABE14E43F3E68001D3EFCEA473E36EB8C3ED6FFEE3EDA4DC23EAE00E0BECCB748BE5AF6873EA02492BEC011C93D187F5BBE8860CB3D58D3793E7CED203EB2F7B93E407276BD9AF98A3E1C86253E985B21BEDECDB4BE8835EA3E54A718BE5ED3C03EBC5DA13E60F0A4BC4875D3BE90DF243DE08277BEE83A053E94834BBE0C50C53EF2F8E6BE2CD509BEB87BA13D805F433D3450D23E14C621BE6A5ACCBE4A7EA93E74110F3E62A3A83ED88397BE465C96BE24D24EBE809B113DF47E2D3E921C93BE40D240BD48FBB0BD7295E93EDCA538BE0015F83E34039DBEB4F952BE728CC0BE6498BC3EB40BB0BE0CEF533E10243CBE3C1BFF3E2871903D9050DEBEF03BB03D90FE783DF69AF7BED881CD3DA03FF43E",
      torch_tensor_4_torch.float32: "0x040000004B12953D94E91A3E2B6BC53D0B9BC0BC",
      torch_tensor_4_36_1_1_torch.float32: "0x040000003BEA4EBDAED4A8BD83E11EBE40A5E43DD699D9BBD363B7BD460A8BBDA679333DFE8BF7BD40612F3C56B206BB208F683DCE67873D2805DFBD7662933D9CDF003E80CC2F3CCEE4AD3D7B3981BDFB98073D6079473DE3A79DBDC3BED23D685D21BE963780BD1BD6C8BDCEA0CABDD8D4CEBD50D120BE6B50EA3CFB0A07BD03B40FBE00C08FB86B70E3BC20CF8C3D4BAE05BE2B0D40BD2B840C3DCBAF903D16934E3C6000393DAE9A2A3EE67B6CBD4EA2E83DA202133E7AF916BE1622253D1B59C13D76F9D4BC9E61BC3DD6C2B93BF8EC013E562E6B3B7E87DABD609C013E2B074B3DAF32113EAB77293D1E40B53D43D3D43D6BE7E53C5BB21EBD86FE0C3DA3FEEDBDAB93BA3B406B5BBD00A52C3C772007BEFB8FD03D8F751DBE4E2C923DE3C9E03D526A1CBEF6321A3EE3BDFDBD860D06BDD3E0B03DBB7958BD7818183E839496BDF6CBB6BCE31FDFBDC35A9EBD5C8B263E285A003E800F493CAB85603CB2D310BE2BD8003ECBB3CCBC385E8EBD04D207BEA6510C3E23DBA13D4E98CD3DC05F8D3C639EE7BD68D28B3D76769D3CF015653D60FD29BD9614A1BD0F1B0C3E5BD7643D86888ABD80D8733C1B6514BD808469BCE667BF3D34D607BE80751A3E86BCE53DAB2A1639F09D8BBDA0300B3D70EEE1BD9EB6DD3D8E84B4BDBB70023D3BE827BEB674A33DA810E73D5B19003E16E45E3C3689C93D46C3683D53E7E43DF89DC03D325215BE4BEF8F3C9BBB68BD40FCA2BD9BEBEE3D9669C3BC6018D43CDBE9D63D53C2E53DFB28B63D4B5FEEBCA22118BE60D623BE1095563D009F01BB93A8D7BD",
      torch_tensor_36_torch.float32_7: "0x040000008E6B99BE9CA6DB3CDE9ADB3E74629F3EE183683E2F51013E53E8EABD09387EBD18BAE83EDC16BCBEC5B224BD3044AE3DC83C083E19159EBD52F36B3EE24E8AB9D0170C3FCD53BF3E115BEA3E1B8E093DA7E3E7BE8C56AE3EC8A4B93E1B40CD3D02BF933EF6E43DBE124EA43EAB670FBFAAAA9DBE9D9B31BEA85BCCBE3341193E2B9815BD2FE705BDB05238BEB3BFC7BE",
      torch_tensor_36_torch.float32_6: "0x04000000B127623F0306083F85C40C3F518B593FFCDE673F89F2AE3F96DD9D3F6681BB3F20E1933F3A8F883F2655673F6C004A3FA9540D3F11160B3F563B9B3F92FA2E3FBF7D4B3FC3E89D3FCFDF303F9BA9973FBCEA783FD4348D3F80B1453F92AAAE3F244E173F8780083F16EFB13FFF85293FC66FBD3F426D9C3F63B3983F2626703FBE098C3F9469903F3ECF433FA31BAF3F",
      torch_tensor_36_torch.float32_5: "0x04000000DEFC8A3F5A89673FCD38B53F6A6F843FAEEC633F74521A3F48DEA93F40B7AA3F6A00893F4EC9743F091E553FA0D58E3FF66ABD3F3FE96A3FDED6853FA30C063FB256903F8828493FDAA6613F381E3C3FBA44BB3FB494AB3FADE0483F4D9B603F5E7E933F6C15983F2CBD433FDAFD993F072D8A3FF8C6A43F8DD43A3F3A5A2D3FC3C19D3F6B017B3FFC38483F243BB23F",
      torch_tensor_36_torch.float32_4: "0x04000000A8D29CBE4D0D3CBE893B0CBDB0ABB03E29120BBE92C6BA3E5EDA773E4A48213F21E24F3DB51C28BF23501EBEA592CABDB54293BEE2846B3B679B133EF727E23DF10D9D3CEB3E64BCDE95A63ED90E143F80FE71BF5EB48B3AFB3C323EE391083FDB5E60BEB1CA783EAD0F83BEB05D573EC5E2D1BE5473DC3D056BCBBB8ADD0BBBB651173F8DD2B1BE1F97723E72817B3E",
      torch_tensor_36_1_5_5_torch.float32: "0x04000000B320F5BC6DCF9F3D5AF03D3DEFFC3D3E4BBA383E4FA702BE332B25BA3A47073D43CA323E27E37DBD43F9A0BD5ABB01BEBFE8163EED1568BDD06799BD3F850A3E13733C3EB3160ABC625D10BE35DE263ECD158CBDFDC0BCBDB3FA0FBEB3FDC4BD686420BE4D6DECBD70903ABEAD1C25BDA3B0A43D0A781BBE007092B97A0B97BD701FC63DB561313EF330D9BCCD26CEBD6A5C1DBE20A6F0BDA0856C3DC0F53B3DEA94DC3DF372F3BC5A77D23D057636BE73375C3D8BD1463EB3B04ABE77A2D4BD4F1B033EB31400BDA755DABDEAE1F93DCDA75B3CB357003CADD178BDEF4D1A3E3734E33DBAC0123DE709FA3C27CDD33D532FFF3DBD04A8BD6781B3BCDAD2B33DC07BC6BD8B7F3F3EB0490CBE3A02BD3D431C13BE4382833D430B0F3E2782C53CA736A4BC303C023E080E13BEEA2B0ABEE28C2EBE0021FCBD0018AA3B3DBBB9BD6781363D9A26DD3B40722A3E1D9BB1BD131B60BD1874073E6D234FBD0F13443E5AAFA2BDCD8C0FBB6D1742BDFA18BF3D07F29C3DA31FDABD85F3063E1A3750BC47284FBD673284BB9A870E3E92E5483EBA4EC73D80580F3DD5A8053E1348ABBDE70ED6BDC7926CBD2D8D04BE801DB03D9AA19B3C63238CBD8D55A6BC9AF181BB0F9A2F3E6DD1363E35AA1DBEFA1D963D832A9E3D279E9C3D9A5DDFBC47DF4C3D00244E3DE354473E384944BEEA6E9BBD33CA09BE4DAFC6BD1AD7203DF0CEF93D65DF1ABE5034053EE3112B3E0DE5C9BD67FB0E3D8A47D2BD33762F3D60E6BDBDCA8F9FBDB51809BE62C82ABEEF6E233E33E7CEBC9ACFB5BB70D8CBBD08BF0E3EB371EABDEDAAA5BDB0DE1FBE5B362CBEF2D1353E4B251EBEE731E2BC33206DBD0D08963D531C5B3D72FF1CBEF7EC373E07024CBE270CA23CDAE088BC87D73DBD7D900B3E83EA2C3E736CD53C9AAB90BD2B42183E6DAB003E8D22133D800F60BD4D260A3C7A89363EF3ACB13C8D6F21BD1F652DBE5D7FDBBDE8E9133E9AC6E6BB4D365ABC6D7B9F3D53BE06BE4D5B5DBC536766BDB04FD63DD0AB263E7298003E97B0183EB80737BE336A91BD4003C23CA7F22DBE003A5E3D1F3E06BECA84AF3D5FC1253E2B322FBE509C2B3EB31EBF3DE72607BEAD07443EFA5F31BE1AE009BEF7C0CBBD9AEE25BC9A1A133D406970BD7F1E42BE801FBDBC92621B3EE3AE1D3EE00ACD3DA7E0ED3CE78C4B3DDDE11DBEFDDCA53D05D34BBE0727A9BD8D4857BD2864163E9A0ABFBB9D93BABD131F0F3DDDEF29BEA7E358BD13E1623D670459BC7310ACBC5D56FA3D63921BBE4AD1CEBD953D463E0003233D33A304BDCA2AD43DB368F63DA7E308BD879DAABD8DE705BDADBA943DB329D1BC3063EE3DEA0227BE77F6C8BD8F201C3EA7F0D63CB3F6243D2DB7863D479241BD5DCDA3BDFA036B3D071D59BD7334A9BD2776D83C3326463D0DEF93BC5A810ABECDBAF7BCB021E8BD5094D73D4FB307BE624B233E8D23A33DAD5F2FBE77FB173EBD884ABE67843EBC97BCFFBD332F30BE2755A23C2099C6BD6A09143ECBFE20BE1AFD293E471CF73D4860333E5AE36FBDFD10FBBDDD0F08BE3F4E2A3EA0B9CBBD67BBC9BC8D89FCBCEDEE0C3DFD0D28BE6723253E178A17BED76E493E2045A0BDC3DAB6BDC033E1BC8072723D07C917BD7B664CBE900D103E1DDA4A3EADA7CE3DF566483EF3455F3D736280BC4B1F23BE08FF32BE12010DBE93D94FBD5083EE3D90FEA8BD6789FEBB9AFB38BB9ADF05BE3368B1BBD2BE453EF5AF233EC8FA1B3EE796A1BCCD74683B40ECDF3D6D3E88BDC3FFA5BD7F392F3EB3133B3C47480ABEC8902C3EF3F7073DDA28DB3DF2DE31BE3305183D3388FA3D275DECBC8AD1E8BD33DA233E7A83BE3D1350693D00BD413D00A6903B5AE4EA3D601533BDE01BF1BDAD679C3D1A8F5A3D63F49B3D9AFAB5BC406CD9BCE73782BC4702583DB2271DBEC2E23EBE4A45993DED41E0BDA7D389BC0D1B633D0DCDE53CDB06043E67C4D63C4DD04A3D9AA792BC0DD8F13CBD30963DB0B70B3EEB0C42BED09FAABD60C637BE204EA3BD0DAFF93D630C42BE288137BEF72AED3D4DE2F1BD6FAE153EFA407F3DFAA14D3D18B2223E8BB43DBE5BF9153E13D5843D0B3D09BE3A52473D874F64BDD368A4BDC071B1BCB01CC1BDAB15333E9545303EDAC7AEBCA39C35BEB37548BCE77F583C83E4083E33DBD23BC76C6E3DD35C593D5D68E8BDC711FEBD4B0B37BE33DBCDBAFABA7D3D00FF68BCDDCA463ECD451CBD35A305BEC788083D20B266BD739BE0BCE270463E000ABCBBBFE6323E0DCDDA3C506198BDAA26163EEA51E9BD9AD6D83B8722383DADD7B73DEFF53CBEE7BE203C671B54BD12C9043EB3CE893D9D2AA43DAA46F63D406737BD67F151BC324D243E0B1125BED28F0DBEE7B66F3CFD40A2BD67AA3B3C82E9343EE7EDBDBC9B9E2EBEEA31BABDDF143C3E33F833BDBD99B3BD305FB83DE7D3CA3C679134BE028E2A3EEAA7E63D5502323E9D3DB33D27198ABD7AB685BD5080C63D1ACE1EBD679B203DE37246BE7379CABD1A25983DE78A21BC5DEAC4BDF0A332BEA529023E1AB524BD073949BE7D96453E8052C73D6DFFF4BD2F7815BE9FE6453E00E85A3AB757F6BDF7B3EB3D7AA32ABD8078603CDA5FD5BDEB762DBE280308BEB3E6B3BCB54314BE4ADA493E67DC0D3BD3CE9CBDD7E1A13DBD9135BED781D1BDA0D8993DCB022EBE5725CC3D4DB7893C83C32ABE08404BBE5074813DDD9AC13D67C323BD731835BE4D12ECBD8022AE3C336DEE3B40B2513DE0D9103D00C22BBC2328D83DA7A8463E6D8F2A3ECA183A3ECA3D8ABD73CD8BBD8D35B5BC2D1F723D20CCA53D670A92BC234904BE88851ABE2F2A453E273F5CBDE775DDBC0D07FBBD3010CBBDC7ED333D9A84AC3DADECA1BD2DC396BDF53B223E6AF3D2BD55CC18BEB39DFFBC52E0423EB33F323D0D62E23C4D00CCBC57F4FF3DC304CBBD4DDB0A3EFA87413D9A29B63C738DE13C539CFCBD3A1B183E0A20D73D7B2D20BE7FAF3EBECDE252BD300F083EB7A8C9BDF3D03D3EDDEFCDBD10FF38BE8D2DB43D108AF7BD272301BD00837FBD9A2F82BC0B7532BEC3D73BBEDA13B03DF3A7B9BC4D15F7BD67F3A6BB78ED3ABE4D73593D3085C23D529E463E55D826BEF3AAC6BCB049DE3DF0B03B3EA0B511BE8710AE3DF01BA93D97EFF63D43310DBE0F26123E2A68B2BDF720FCBD73A8223D8B7E2D3E7B9F07BE50B0DA3D8DA3BBBC77C2823D28C21F3EED6D5E3D1B042ABE33A476BDAD97223D6FC42CBE1A31083D47F1DBBD9AD622BDDD87923DBBD324BE0B7C03BE00D2BA3D378E4ABEE3F00C3EC2EA1DBECD0C53BB202B283D03A0A13DBA39FEBDF37BDC3C5A5EB03DAFA82F3E431F1ABE43A4CBBD73A56E3D6763D2BB60340ABEBD5E2CBE12D935BEF54E0FBE1365AEBD88360EBE03A933BE9AC87F3C6736F03DFD1EC1BD1AD6A33CCD9421BBF075BF3DBB070EBE33921B3CC8283F3EE535123E10FB4ABEDAA4F6BCCD5CF43A933F87BDFD8C06BE57810EBE3A15083E479B84BD33E052BCE760703D9068FBBD9A08923C9DA2F33D007DEFBDFA556E3D67D8DFBB7A36E13DE715083EA056593D9A05C63B524C30BE8015A33D1DB8F93DF0C694BDCA5A4BBE75F6253E0D4A40BD33E6233DB34866BD609B023EBABC473E6760003E475A82BD93850F3E5DDBC73D8DD89F3C63F624BE23E1AFBD5BA04ABE25FA083E63714A3E0399EE3D0AE0823D609C413D3726453E9AA8CFBD5D8389BDB0E237BE803DA2BC1AC6603C733F603DE3790EBE3398BDBC62C128BEAB9726BE1A8ED53C7FEA47BE93225A3D57A93CBE50810EBE13FB29BDD36F43BE3267253EDFCD273E2AF2D5BD279B2B3D878AD13DED28823D2779DBBC6F2B41BE05EB143E22A133BE33B717BDCD434B3C03E686BD2AD095BDAA0031BE9A8C343C4008BABC8F8B323E57D986BD024B1E3EB31F1B3CA706B8BD2DD242BD73EDB9BC67C4073B20F706BDD31D733DF7A7283EC7C3003DC35C943DB3EFFC3D8094303D4AD0BC3D20DBD63D0DB23F3E58E93ABE5D298C3D007A14BCD31E13BD03EB9DBD7340F63D35593B3E9D2227BE774CDD3D43380D3EC02C0F3D67661A3B52991D3E004EC23B13544CBD4DF971BCFD69833DED134D3D33CB30BC0A4C813DA7A05C3D6BE625BE27204C3D839CFA3D0DE5BB3C408C95BC1BE21C3E0FEE32BED7F4BABDAA22B9BD38F5303E471646BE277EA23C356346BECD81D7BB5AAC983DDA923FBD7DCE463E67E6263A90D3D0BD603E533DAA04D53D3353D0B978332F3E089F01BE7AC4AE3DE395E83DDA71CB3D9AD999B82DDA693DFDAA20BECDB720BEB3AC4BBC8058CDBCBB11183EF5B5143E3ADD0A3E3D9CBBBD8DC620BE281A40BE1A3D943DAA8A38BE7F714CBEF300CFBDD7E92CBE1A6BA1BD5FEE00BE9723D2BD57B5423E27601ABDB7E3293E6768913B1AB0D2BCE0D86FBD886512BED08B24BED8CE0D3EC0717CBD03AD47BE77F33B3E0022733BC20A09BED8FB20BEEDFC2BBE779433BEF053393E52350D3E4001863CB88B2EBE604356BD576340BE0A288D3D808359BDE74D2FBDFA997FBDA30AC03D50B6DD3D2074333D272BCDBCCDE9A1BC000865BBD88118BE72D6473E40A7B0BDDD4EEE3DF39EE5BD33FBAF3AA0378C3D1A0B3CBE2AE2BB3D5AC31CBEF3A1E43C607222BDD0CAEA3D9B0B473EA09E383DCD21BBBB27EFCABDB3B6983D5326C5BD3731A93D2D88B1BD32EB0A3EC7161D3E1A29FB3D9A4B033B0DF3BD3DD59E3ABE5816263E93D654BD8752953DE0B80ABDD08989BDB359C0BDC719043EB3D7DEBD537610BD6D9FCE3D0D21A53C90512CBEE0A54BBEF022C7BDF2E33C3E3B9E11BEBABEE13D5B99123E33C7A9BDD3E1B4BD2F5713BE738FFF3CF30AE5BCE7331F3C1AABB13D67F7AB3D433A81BDE70D613C1A99423D67808B3B27EE233DBDECA5BD82DE273E1A0DA8BC27A0D1BC83CF37BEF87314BE67DCCB3B5A62FDBC4AF0CDBDC767D63DCDAD92BC2D0D903D037F2C3EF74FBCBD0098C9BDAD9D24BDCDBD8ABCDADDCCBD4DAD44BD9AE6BCBB0ABBB73D2F793D3EFDA7173E6766AD3C4D7E4EBC20D7513DB3C305BCB304D7BC6DD98C3D15A026BE602B2EBE675E543A",
      torch_tensor_36_torch.float32_3: "0x040000004EA508BE954F603E313B49BE4C144D3D326D38BDB96023BF58F35BBE8A4F1ABFF50669BE0482B43EC6B1543EEE84F13ECCE990BE3ED5383E23F329BF2D4947BFC589D23D20F6AC3E02E8E8BD05E5C03EF97EC33D77383BBEFC62CBBEA13E123F99B70EBEEB4270BEE9E940BD88370ABF3A91113F9EE78A3ED58EC4BE816B883E5E44783C2B7FEB3E674194BD4951D03D",
      torch_tensor_36_torch.float32_2: "0x04000000CC71A73F88B3A93F2A1EA33F3D9F1B3FBD86923F9767283FD942883F3C09A33F7037553F0487B73F95FBB83FD46C923FE966233FF455813F0DCCB13FBC7E8B3F3BC1B73F95A1843F3EB8443F86C3A93FE42D953FEE55A33FA084333F7DF21E3F8FDDAA3FAB63963F8ED2AE3F2048153FC219453F96F17B3FAF843D3F14FCA73F78D4B23FCC78B73FBBFC883FF3C30B3F",
      torch_tensor_36_torch.float32_1: "0x040000004C5A363FEA26903F8986163F7D45BC3F2348333FDA369B3F8662283FFEA1283F1F366D3F1B15373F0A305C3FB052483FC8335C3FD90C1D3F326BBE3FA818A43F1A46523FA279AE3FD2F8463FC06F173FD27F943F20F4533F1222B03F528E5D3F4DC8173F6AF7B53FA15D8E3F786C933FF99E733FA8381A3F749A943F402C803FA6402B3FA078A43F8923083F3E8F303F",
      torch_tensor_36_torch.float32: "0x040000004EABF2BC9A50953E2EB092BE09F4D43EE8263CBE8BC3273E5093ACBD29C6313E83A9B13D9774E93914888A3E556A9D3E8FC6C9BD8F55E4BDA31AF3BE75C3CC3D1D793A3FA567C4BD9C27833E8F46803E87C1CABD91B927BE0E34813E88511DBD5987D6BD59C1B3BCBBB386BEE03E12BD32B82CBEE28A65BADB55EF3ED783B93D8364A43E63BB0A3EC12A863E2F23BFBC",
      torch_tensor_36_12_1_1_torch.float32: "0x0400000085BD2ABE875687BEDA77ACBD78DE88BE07115BBD189B9A3B036698BC923411BEE32A4D3E547A263EE8A891BDD696E9BDC8D7393E4F97803E395587BEA6787FBD0776DBBC860DD6BDF85B7C3EEBA72EBD79A07A3E6E0DBB3A044200BD096D2CBE7C94C4BD1A81BE3DA6C1023E254828BCEED48C3EC6984CBE34ADE23D121F853ED0994DBDA3AE6A3E49EE9B3B6D5C5DBE3F2C22BE690EDC3D13D8FFBD16318E3D7E79913E43D2C83DD852DDBC68C6933D5D4F2ABEB26178BE74345EBEA00A78BE7FA7723D7450663D713EFBBD829290BE3621203E63BA27BEB66645BDA9DB77BE5DC426BEB2A0F63DF7B589BE939028BE6D9F5D3E8C9917BEBF08F6BDCDFEA5BD78B7FC3D24E841BE3A1CED3C4D73F13D9DABABBC6BCD553D128061BE61A4053E8CF3DC3D085014BDF66C74BEDC77EC3DB9E4403E3FD04EBD39540B3EDA22DB3DA776ECBDC52AA4BCA120933E9BA1B23A74556BBE7B76ACBC7C0F133EDDFBC0BD77CD1ABEF882733EAC601C3E36E248BD07A2713C4A1CFABC0142893DED16283C42E132BE1C125B3DE767F73BF5E4983C3D4DE1BD037B973DDA096FBEB1B9B03D7C2F203EDB2002BDED9F65BE708B89BAB2D8D63939767FBE2D1451BE1DB5883EC60E5D3E03D3233E22C84C3EB797E33DBB5C263ED5C8433E431C8ABD914F16BD66C7523E9B05DAB8585840BEE23565BEDC52253E9FDA743EB691653EADC6443D9B0C4C3E9EB387BEA3F854BE22388EBEDE296E3EC52F2BBB6A1D08BE6E0CC83DE04EDDBD5F953DBE0507E43D9B7F583DDFAF53BEE2B342BE75990A3E19C5603E7C83C03C257A14BE41BD0E3E26384E3DB66581BE72903FBEC566813D6AE9363EECEEBDBD22EF0E3E281237BEB76F8D3E62A1523E7E795D3D0083033E27D5CD3D486F2EBE04F824BBC5A69D3D997185BDD6BB8D3EA8FDE3BD47FF83BECDBA0CBE282C89BE6597733EF7B204BE85FA4FBE82A2FFBC162E47BE536A1ABE9AB3163E0CF05DBE7D670B3EBA90573EB1BD29BA3A42033EB29525BE3584663EA7948F3E0D7E8C3D27B0863EA4CA92BE77D401BDF3EF6A3D9F7780BE97D90F3E4351E1BD42D4D5BD33896ABE1FB2F13DC71657BE30EA7ABDF850033E10B15E3ECFAF853D9B8BDCBDC49300BEC4EA253EDB615B3D0FD7783EE0A3DE3DFD216E3E21336EBED0A46D3EF2D007BEC5419EBD5C78E23A79BD5DBD5FE3693DA2B4833E5D9E30BEDEACB63DE1936DBE3BA8393D7A85733E0452473EC5247D3E6B04203E5FA7C3BCAF5C9A3DD909F7BD34EA7A3E8F02143EA55B58BE67987F3E485E8CBB533E52BCF5CDA1BDF2FB9BBD8FB86C3C7B4F10BE737C89BE5D4418BE094C6BBD25395F3E5076593E861C31BE219B35BCC8A1AABD73231EBEA0EC4FBD6422CDBD473A253ED79912BEEAEA353D2ED026BEC284B8BDBBB4683E531F11BECD328EBC66288D3EC759CA3D367616BE2D7B31BE2652CFBDCA22B9BDAAB3003E9F7083BD324F793E2E3122BE5EDFB8BD283FD73DC1156C3ED4628D3E2D413D3D2D5C473CD77004BE7D05273EA1582BBE6B659BBD761077BE8F168EBE603A253ED8A8A03CC2A56B3E7F386B3E6A1E1B3EF898EC3DA96D99BD97FF1C3E67250E3EACA9CC3DC68708BCE39D303DCCE0A73AE28656BEEE3D893DB94F59BE596D0F3E901F30BE321EC1BDDA300CBEB152693E5C2B50BE69F0163E0841143E7803513E1621943DD525213EA9AC693E43E8683D4E05C93D6E2467BE4B949EBD5F6CD63C5F420F3DBFDFD0BD798592BED8BF99BD9156E23D0A897E3E1F7885BE99210D3EC23E8CBECF578DBEB71E39BE532D1CBDD31EA53D44CF60BEA0BE633E5BA8853EC07F913CCA9D703EFDD205BED4E0E9BDA49518BD6032013D76354EBE5FB36CBEDE8BE93DF075AA3DFB96903EE80AF1BD68C7D03D1B93EEBDA8EC113EF8FF82BC13225B3E5B3A243E740B763EC3E8173E48B1313C28BE7E3ECDA12DBE8C678B3E0C6E903EAF308D3E1E150ABEBBA01CBE5B9E953CB719B83D5B48143E0972F03DFFB37B3EFA1E94BD91F5C1BD2F2CC63DFABFA43D006F2CBEABBCE43CD06F60BE1B71ADBD6008E8BD7B8F813E130C85BE17882EBEA5A490BE021B953DCB8563BE8747BF3D50544DBE9C5B3DBE3B0417BE8F71313DE7CF873E98728A3E79A9B2BC72C590BEE851C3BDBD50E1BD877E7BBDAFE4E13D08C2143E2410033E94E3A83D4556EFBD3FB148BB967B163DC8FD16BE778CD3BC729913BD18A58BBE6C65483EFE16EFBC85897FBEA1DF693E750E1FBE2B50D13DA793923E9BF25A3CA117AA3D45E7EA3D136A5F3E4B65B5BD745726BE5A10B9BC4A2D673E0955CB3C78634D3E2EA80CBBE564B53DF875243C1E64003CA5A68CBE993681BE9D96C43CD74D123E8292463E44374D3CD834F93DBA43F73D252E7FBE67E881BEE33165BE98A1A23B34EA3ABEA031BDBD",
      torch_tensor_12_torch.float32_3: "0x040000004F52E3BE9F3013BF53AEAE3C51BA943EB3E1A0BE3A0946BE896B9CBE26B61FBEE154383C8C7328BE2DC3B1BDDFF2063F",
      torch_tensor_12_torch.float32_2: "0x0400000035B15B3FA2EA9F3FCA44BD3FC0DAB93FC8B4AC3FD701313F3727B93FEA0D9A3F1D608B3FE4CB353FA4FE3B3FC682903F",
      torch_tensor_12_torch.float32_1: "0x04000000D3C2B83F66269B3F63E2963FB890953F8C72BB3F21ED2F3FCEB9313F6238B13F043A973F12B0BA3FB3EA8E3FC62B973F",
      torch_tensor_12_torch.float32: "0x040000000F07B9BEB490C63D8449483D6A6342BB97F0863E6872883EB5A9283F9FCAA43ECFD67E3CBC6921BF297087BE19B0C9BE",
      torch_tensor_12_24_1_1_torch.float32: "0x04000000F64DB3BC677CD23DD8ED0DBE07FED33DE79EEB3D9C48FDBD41AE2A3EA14C4D3E4BCEA4BD512F6ABDEE55D03DC4C023BEDA51A53D7910433DE5C0033E158F35BE3BA72DBEBAC1BB3DB395963D3A8D42BEA220E9BD6E403FBEBCBF15BE519FBCBD85F92C3ECB6C26BDFA1AF03D5A81463E6484BE3DA31E3BBED15ED23D11759F3DB201223E05304EBE758D003E16182B3EBE7742BE5CF4AE3CFB6F323E340618BE462B893DA6B9B83DAE215B3D9FD34F3ED5242B3E1755333EB86ED0BC724F2F3E93CA42BE0C97E1BD0DD332BDF25D78BDD512413E8B2DC53D6292063EF42D0E3E1A241CBE95ACC1BC1D2EF43C1E76593D19F9D63DEC57A6BD551C7CBDF7E52E3EE66460BD343211BEDBB90D3E8A8A0D3EE21583BDD42627BDE73B1ABECD8D2EBEC3349D3D1596B2BD0267263E1A5E27BE4E23E7BCFD6B903B8BDAD63D392B293E298D0D3EB605B83D72E1BFBDFD4515BEA9FE3ABE75E5253C37BA4A3E3BCF1EBD05CB0CBC57E517BE2158803D6784043E48144EBE862D13BE37D31A3E03F5453D298250BC5D75153D023EFEBC8F1912BE455143BEE679093E55E2C6BCCE419BBDE4CE57BD1603E4BDFEA277BDB06D33BECF6B1C3EC0B4AA3D67D4D2BD4AAF8EBD1D8DBB3D07CE9ABDEA785C3D0336663D229403BE4471513D5C9F4C3CB48E363EEB4197BDDDEE56BD2F18343E54B02ABE26A0713CEF64493E4570BBBD0263483E8879393E6876423EA9909FBCDB163D3E9E26B6BD72198FBD651E9E3D499F303D6E75E63D83A3463EA0D802BE49DEDD3D0CDD8B3D418CDC3DDA39C63DE8609CBDE43325BE874C273E8762EEBD59A2053EE11F47BE5FA510BD5BC90D3BEAA9103D842A873CA0BA833D5130BABC43C34C3D94D84E3EB43F07BE839736BCF1939FBD3167373EA1EE323E9B65B6BB91E890BDF82501BE7790153E334E66BC28DC443E5865EE3D7BF5363E4352253E02D507BEE3B9743DBB58ADBD8DC1D13D875896BCCAC2903CEF8F10BE30CF3ABEC86C9D3DB34B423D2D40913CA6F70D3EBF90AEBDFE65943D6B3EE6BD023D2D3DF3E03EBD6D62123E7EC9363EA38A353EA371163CDC84F63DD1D750BE3939F5BDDC6D153D2936953A311924BE3908B9BD0F40C3BD9A174FBE427A9F3C657D0E3E70ABA93DA7A0C6BD4DF03FBE93A228BE4124783B30CA0F3E194CA9BD507AE3BD6D02DFBD48C290BCF37F46BE897338BEAAC24D3E7C5FC7BDFBCC16BDE7B25FBDCCA037BEBA6513BD1FF17F3D38C0A9BD56890EBC1EF77FBA631550BE8AE6173EDBD7283E5C830E3E244989BDA274DA3DA5D643BE92D64EBD4F0C2ABD05A293BD5894AF3D6E7CBEBD0DD0C1BCAF6C71BD424A44BEA6120ABD632431BEB7C3F33D246EDF3DABCF433E90618CBD8A112A3C60C8233D99A6503EEA973F3EFF5AD8BDBCDB31BEDD633CBE7350C9BD6DBE2F3E94668C3D38AD493EABEE1A3E1EF1413B228C01BE791C4C3E1FAC273E7EFDB43D085DE4BD03AA243E0B32983C93360A3E867AAE3D6FFCDD3DAC6937BE7CCCE7BD74BBFA3D25302EBD8CD835BEE2153E3EC1A590BB989D283E416023BE46EE8F3D06779DBD98EBAFBD35622EBDF5BC9ABD9C12E53D59DB1EBD2B7C1E3E40C83E3D663001BD",
      torch_tensor_24_torch.float32_15: "0x0400000062945D3EA5B2D03E291ACCBE635E4EBF3798063E59AB73BE174AF1BD610691BCB4C89B3E44BCB2BEEA92B93DC86F6F3D44C56E3EBACC30BEA9EFD4BE131E49BF453EBA3E17ED833CA32522BDBF98603E87E8443E956D44BE7586793CB651043D",
      torch_tensor_24_torch.float32_14: "0x04000000DC20A73F203A9B3F351F803F5223763F47593F3F56CBB93F2245B53F3A7B7F3FD4ECBF3F3233B83F4ACBA43F11E6A03F6A56993FE48B693F2C5C863F2F11B43FC16E6A3F40F9933FD8B0563FB6808A3F982BA53FBCCDA73F02519F3F20749E3F",
      torch_tensor_24_torch.float32_13: "0x0400000090FAB93F993B343F767E733FE52C853F7478833FC8F5223FE812BD3FD92C383F8431AE3FB3EF4C3F8E72993FA778393FA941483F8ADF903F9002AC3F71B6753F3C00983FFC64393F053B943F4C9E713F2FD6623FC1829F3FE082553FD8D3313F",
      torch_tensor_24_torch.float32_12: "0x040000005388D63E5CF50E3DA1C60E3E5A0A063FB0DE17BE2B749F3E044B263EF38456BE17AF49BE8748E5BE0E39F9BED780863EC4B219BF60826DBEBA61253ECF2D18BF87F7D6BE582B45BDE151BCBCDF2DFEBDF9E07BBDB222ECBEB9DE3BBE13BED0BD",
      torch_tensor_24_1_3_3_torch.float32_1: "0x04000000F0B0A6BD6624BBBD4022673DABAA623DC6162D3E4E236BBED6B4C0BC9EE73E3E2F9F933E9630C7BC9B8045BEBB3DC43DB061423E7B3F55BED01246BE66DE163EAB53BFBCC731A1BEC6CE44BE006C0A3E408BE7BD23996B3E37EB863E6B9D463D40EDD7BC6BB2D8BD16148ABCEB84783D2A5D82BE8627A3BDF0F58DBEB87E513E9B5F59BE57E99B3E76FAAFBD9B8A43BEA3FE233EEB8A4B3DBB5B6C3E107F0E3EF268A4BEDBE3573E3B8E80BD06DC16BEDBC3583EDBF1783E120196BE80EAF6BC10278C3EA331043E0CC88F3EF0F2E9BD404B3CBE07C2923E8B460E3E47D6A33EE3920EBEA8285BBEE00820BD42B2A0BE50CB053E76C37B3EFBE0A33D80E706BD383C293E6BA958BE18F4A63E8AB3A9BE447DA3BEB650A1BD7B688B3E80B4083D6E16033E1E337ABE76F5F83D2B9118BD80D0083E6B10713EF05E143E2B48E8BCEB34A8BCD81356BE06ECF6BDB8CF5D3E9EDF08BE48FB533E7E5907BE06FE9EBD5675E83B6B9D9CBE00205ABBAB9E09BD2B50F5BCCB7788BDBB8C863E4EE67B3E565767BEF88E1E3E33DE85BECC4A91BECBADD03D5686A03BF33B1FBED09BA4BE782404BEA602E43D26F89DBEFACBA5BE2B392D3DE0E575BE888495BED38203BEE0D15BBDF0159BBEF0EA63BE400BB33C10EFA0BE56E73FBD5E665CBE00A06CBE9327063E425C83BE485681BEF6A7423E76457F3DA76D9B3E4679B6BD80DE24BEABB6FCBC000CDD3A7028823E66FFA9BEEB6CC2BC53FD163E6BF73BBE06722DBE96F4243EC087A3BE06C3A13DBA2084BEEEA9293E4AED91BE76DA513E038FA1BEEC748FBE56F7A03BBE7B863E7F2892BE4B4118BEC0E4953E80F664BDBE680D3E582EA4BE86AFD6BD0E572DBEE8E18F3EBEAA0D3E081079BEEB205C3D00147BBB5B3E0CBE70ED42BE0089E2BD2486863E83AF74BE832573BEA09DD2BDAB03BE3B7BD4B93D56E2233CDB55A4BDB0F74EBE40FC74BDA66709BEF3E2893EEA20A6BEF8B859BE4CDA8ABE208679BDFAFE843E9698953E249394BE569F6CBCE359483E7875163E32CB8B3ED67C17BCE35665BE6BCD613EAB18EABDD8BC303EE63BA8BD4B19113E8680993E02B29E3E5A519BBE08C961BE48210DBE2BAB59BE33C1A33E562BF1BC966B62BEC6E317BE5B8A3CBEA8420B3E3CDD94BE50219FBE903CA8BEC6F3123E1BC6283EB8FE53BE6649A93D90F77B3E8062463D907090BD80BFC93C",
      torch_tensor_24_torch.float32_11: "0x04000000FDAA7FBDCB0F0BBF6E299CBE3DED9DBE9C8DB13EBE8A30BE8B0C573EEE496A3D71980E3E30A292BE9C8B03BDBD5201BF720FB6BD78C6933CC64F0A3E7054413EB746D6BED12D02BE26CF463D72D0D5BD92D440BE1F55F7BE8468123FC87344BE",
      torch_tensor_24_torch.float32_10: "0x04000000B8858D3F9B1A6B3FBC71883F4F959D3FD8942D3FDC5B543F98A52A3F804BB53F7E2B523F2F1A983F3CC58E3FB4B7013F6E21253FA01A5F3FBEDF1D3F9EEFA13FF73AA83FE3C37F3F2BD6873F98DD903F4449953F033E673F64A24D3FB4DA303F",
      torch_tensor_24_torch.float32_9: "0x0400000088E66C3F1287223FD43B583F0C1EAD3FD480983FEEB38D3F81E8A73FF4B6983FB2966F3FD1343C3F6882053F34C79E3F30E9B13F03144F3F1A78463FDA088B3F6F2C743FEC23B13FBFC87D3FFF247C3FFFFF083FB888933FEF38803F3A198F3F",
      torch_tensor_24_torch.float32_8: "0x04000000AAD0A33C63B0CABDB4F530BEDC44B3BD790B44BE4F50EC3D4CA957BE1299D1BCC1874E3F1027F3BE25A128BE2636133C0D02223ECD1D0EBE28C328BE08DBE03EAE21243D4C101A3D0C74C03EDA5C86BEC32EC43EFBD5ABBDBA2C573EFF2E79BE",
      torch_tensor_24_8_1_1_torch.float32_1: "0x040000002BAB0EBEB35C963E7E9BBEBCF442243EBD43B33ED953DDBD19BC443E761BCFBD498953BDA16B75BDDFF20FBB4BC408BED9B6A93DA3445A3C1C7E653E9F8E92BDA038113DC5AC06BE679897BE5481123E8A4D393D98FD10BE6BD0F4BD975CBD3DE8EC82BD63956C3E570EA43C5AC1083E28BD1D3E09AAB1BD34A41C3E8794853E8E48853C61B28D3D6B7A523CEEA97A3EDDD918BEE77240BE78C21D3E2F8B9DBE65BDB93B947F26BE2AF56E3E3C89A8BE0D845B3EBB17B33E8982923DB0F8C0BCB52FB23ED3B71ABE7117E8BCDD891EBEB4E747BDC45E9D3DE36A413D94C288BD90FDB4BE894D943CB6962BBC0FDB593DC4B48A3ED7F3AF3E8BCA56BE0799B4BC310F11BEEFD5A6BE6AB883BED0E5A93E3617533E2F78423E5633493EE9D08FBE8515183D337AA83E760C4ABEA508A13EBD50BE3DC0B57E3EC8171BBE00E8263EAF78A0BE15E7B7BC5084F13D9325D93D7B7A973E43E1B13E01AFA43EE711733E20897E3EE4DA3ABDC07A8CBE096606BE8E9322BD0DA443BE4910393EBE2BFE3D9CA9693D9CE8AE3D50049F3EA7DD033E34BE9EBE016683BE84911F3E785A453D3090303EA1C9B4BEA40EA7BEFD025E3E9493673E2BC5A3BEAF6C093E10598DBE5C16893E6335E33D53FDB23ECE7BB2BE5443AEBE6CC6743E91B6A03E57D05D3EB1B1703EA77798BE3606833EACE8AABE95C2A13DDE256DBED4CC0FBE2736803DAC580EBE9A2165BD1593ABBEA4ADAABE8C3D0C3E403E19BEB4425CBEA2DA0EBEE7FE93BEF7B490BE49A2583ED800383E37E6403D61C445BEB7E6F03D081E823C9E5E81BE67D09B3D78D3A43E400DB2BE1401B4BE758B393DC54F883EFC4B5CBE74659F3D03827E3EB03EDF3DB8B29C3D919BB43EBADB6B3ECE9E4BBECC58FA3C9FF4383E86A49F3E221AB4BEBE0B443E0339D2BD0B42B1BEF2B9A03D4B1945BE9E384D3D700D6BBEE93888BE3CC1F5BC773CF3BD60BE533EDFB6F93CD34B8D3EBAB1873DD5D5E8BD9038753EDD449E3C3EE7873D30E1E8BDE64EA63A7B388BBD893CF6BC592C8DBEEE7E0EBB0A4196BE77C59BBD71D1513E63BE7BBE660874BE",
      torch_tensor_8_torch.float32_7: "0x04000000E7E4E5BDA4AB203F49ECE5BBF3C980BD87225F3E03E127BE25D5B93B0332E93E",
      torch_tensor_8_torch.float32_6: "0x04000000AC90853FACCCB63F4539533F96B7063FF8DF933F5074493F5F79333F78E6A73F",
      torch_tensor_8_torch.float32_5: "0x04000000453E393F06A0AF3F0B07403FD6EF193FB5048E3F277D303F00957A3F98C12E3F",
      torch_tensor_8_torch.float32_4: "0x04000000748123BEBF8B2C3F7619283E1A7FDDBCEDAF36BEDD848F3E92DD90BE77D3ADBD",
      torch_tensor_8_24_1_1_torch.float32: "0x040000004C076EBD38610EBEFC42373EC5130ABDA0873EBE023D52BCEC44033E9B37593D2630843D1C4D9B3C00DB9B3D32B74BBD844CA6BD2D6043BE00771DBEAC2EB53DE287F7BD0AE7EF3CD26F853D5DCB6C3C258507BE0FE5473EFB17F3BDF1EB2B3E964726BEED1E49BD7567E33D3DCEAABDA2962F3E33D70FBE1C882FBE4C81BCBD9B27073D9375403E5F93C7BD5181953D419D51BD255135BD07B2193E6FFD21BEBD9BB13C3991443E53C7E5BC254B223E7DBD80BD7641283EC5314ABE5F00F1BC4EDB12BD877B873DD202A43DD37D203ED321F9BC0D9F04BC32240F3E643962BD993C373E8E2B0BBE67F2B4BC17A133BC5189BA3D75E70E3E198604BDEF2B2DBE8023CF3D111A7A3DCCEDA73D8AF000BEC086063E31FA453E0919913CDC3C43BE6DBB123E00FB1ABEC131403D8DFFF23C32A9C3BDD58F913D06F53ABE916D3E3DAA8204BECCD1B4BC5C17D73C7B13323E5675C7BD63E8053E906CD4BCB28AC6BD6C0436BE56C83FBE5C224C3E668550BD1D0C273CCCAC623D6B140E3E5665323E7785293E99DC1ABEC1F405BDAB5FF7BDFAD9EEBDB953463DFB32443E027327BEE300FD3D3ABED8BD6DD922BD9FEA253E6C193DBD1743983C2D1D12BED5ED313EC029D8BCA6E018BE08D1743D7C9E14BE84DC25BE7ABC4B3CFFB8253ED0996CBDB2C2C43D369E333E0AA30A3E714ADBBD004EB7BC868D83BD8E1428BEA3DFB038BE461D3EF11A303E1B049C3C57E53D3D35FBB4BD8FC71D3EDEF3ADBDD13211BEB8C0003D2192FA3D18743CBE3BF33C3E5D62963DBC7112BEC11934BD2258353EAB5E20BEED5E74BD661C893D3E1F37BE172CE53DED9CD93D26A3013E194305BEF02F503E3FCDF7BD1FAD503EF69848BEBC3B3ABE9961003ED4C3AE3C35EF403C237FE7BD325CAFBD877674BDFB9E4BBE74CD2D3CD3DE133D123635B9F4FF863DF154463EBD4D5E3D030999BDAA0BACBDF2BB05BE16E610BE0FA706BD41E013BD1DF9B93D39B0B2BD4EA2263EDAAA12BED315183A23E53B3E78D94F3E8E28F2BDABEE143DE485C53C6F00C4BDCE6E90BD8175623DF05811BE9FF3093D22E6B43D",
      torch_tensor_24_torch.float32_7: "0x0400000084C5ACBE78A5B8BEB93D0C3EBE41593E08E65CBCE726BDBA97AAC1BC4C8FE3BDB11F07BDA2F0713DA7FCC8BEC08CF03E4B9BC43E6B48383EEC5E14BE09C30A3E68CEEBBE91B1D73EE9A8E8BE567347BED8704DBEDDEF483ED53C39BEF12A84BE",
      torch_tensor_24_torch.float32_6: "0x04000000AECE943F4DA45B3F50C3943FE734B63FBA14AF3FC4D1A63FC47C353F1764923F3B07B03FAA498B3F565FAA3FDC9D303F8BFBAC3F0EC17B3F00290D3FB2D15E3FF290B83FB648533FB2D4693F89CB4C3F21673A3F7A168B3F14D3A63F5491873F",
      torch_tensor_24_torch.float32_5: "0x04000000A7067E3FD5002F3F19537A3F00FF6E3F6B30533FA2AF583F7D85003FE0FDBC3FB88B9F3F1645AE3FA50A133FEEAF023F3698AF3FD985693FECF9893F9517A03FFA16843FC4C27B3F5A07A63FE420B33F5D545C3F01B8123F17D0393F6CBCAD3F",
      torch_tensor_24_torch.float32_4: "0x040000007B6602BD80D842BE619EDF3D3BD7873D0B0E7A3E05FF573E67F91E3D2A966BBD3F17933E15DAEF3D7A65A43E629038BE2D3B0BBF1CD015BF1C8E133DF226BFBE0973EFBE20B90CBDBC0D9FBEA02A03BE13E7CEBD917FE2BEC9B0EC3DDF2D873E",
      torch_tensor_24_1_3_3_torch.float32: "0x0400000066D3F8BDD0E13F3E1EF141BEA0F755BDCCE9903E56A8613CAB6571BE702BE4BD7B4EB9BDC0B483BDCBA9023D6CD69D3E6B33923CBBC052BE56F58B3C3BAA233EA850293E96FA9BBEEB5074BDF6A87DBE5BA411BED6F5F53D206472BEFBC3FD3DAFDB903E9619B33C967E63BED696F4BDE611953D2F1A82BEF393293E6EF19ABE8C0FA4BE80D4A5BEF07C8ABD1686653E4C88A1BE1FDB8D3E888A08BE36F1C73D800D793CB6E499BEF0898D3EE8C9373E56A4A93E1E722C3EB64D61BE866F8E3E16C2923CABDD213E73D888BE605AC4BDE392A7BE60F204BEC045933D3E0086BE169CD93DE63A373E20343E3D666164BE3C5284BE309DD2BDC0D4153E5258A83ECE46443ECBBF19BDAB5AEF3D4B6FA7BE42C491BED3441F3E1E5641BEC836243E4BF570BEEE1029BE86938CBE231F323EEB1E0BBD6358833EE03D533ED0DF3C3E809D2F3CC610D3BDF06E94BD2074353DC333293E7B226FBE9C3C8F3EEB7314BD67028FBE5BAE38BE4702973E4E149C3EC7159EBEE8BD703EF60F2B3EA00A4A3E6E79903E33F637BED091D73D58AF0B3E36B9C9BDE074E43D9069C4BD8008533EB668BDBDC67EFEBD56DCAB3D3623F23D0BC426BEEB62F13C9BD0453EA0D807BD36C2CF3D7BA6A4BD4046EF3D884277BEBEB648BEF0412DBE33D89C3EDBB1B7BD56956EBADE5F25BEF65FAA3E5FAFA63EEBB680BEB65A8ABE385D81BE56B5D2BAB003AEBD136B5FBE80DAF4BD10FA803DF05732BE5B44973DDB8B9CBDCB6525BEB6933B3D03558C3EB6C466BE00987D3CD6BEFBBDEE79A73E1AECA1BE8C9CA3BE202CA83E4BF557BE16E2823D56ACEBBCFBCE8FBDDB7898BDA6E5583E8084823CDF29A6BE768249BEA6B8E8BDB8C32B3E68E35CBECAECA03EC60C98BD762975BD2CBA853E888E2B3EF2BE903E3E71453EF016CFBD1B7762BE802BCBBC0A408D3ED01DE5BD6A459EBE18EC0B3E9E23A63E0058C2BDE7508DBE0BCE9ABE6B13AB3DEBC3CEBC765E2CBE1BFD893DD69F013E04BC873EA880843E405E4CBDFF7C96BEE6379ABE86599F3E60E3163E2BCA143E16AA93BE3F0A9E3E0EAEA13E92169A3ECBF88FBE06CB00BEB8C16ABE8F9DA13E03AA12BE58D61BBE36D4323EF0E51DBE3E1D28BE00DBEEBC363C03BD17F284BE84478E3ECE9116BEEB26F23D6E71943ED8232C3EC04D413D8336913E6089373D8EEB1DBE5A73A13EEB92A13D2684A6BE",
      torch_tensor_24_torch.float32_3: "0x040000003A07CB3C714291BCDA9BE4BEDAF319BDECC8053FA32414BEB352CBBDE226863EBFC583BE6CCA8BBEDB3F22BD0482643DD2E3263CD10CB7BEEAFA0CBEFE798DBE4A44413F0DA0663DE683B2BE83C0C13B6FEF733D54651A3FE7E42A3FD94BBC3C",
      torch_tensor_24_torch.float32_2: "0x040000002B328A3F467D053F0A808C3F56B79D3FA35AAE3FB0FA8B3FFE06B23FB268823FAB62983FB4E4923F159F213FF4E6633F8BDC253F56BAB13F22889E3FE0B6493F9D93683FCA15913FD164103FA2CE813F78879E3FEE04883F0139743F5025A93F",
      torch_tensor_24_torch.float32_1: "0x0400000062415B3FDC0EBD3F31B7543F671C673F94B9A63F526C283F29627F3F36211D3FD5DB093FAFC6623F2E13873FC093B63FC13F053F292B5B3F93D7903FC62A983F6864A53F9C13193F19B5603F7ECC8E3FF264193F1A40A03FD6DD053F60EFA73F",
      torch_tensor_24_torch.float32: "0x04000000789C013F6B08D13EFBF20F3D8F4E35BFD90509BFF3B75D3EDBBAFB3E0581AC3E36E09F3EF0BCA43E9E843C3ED4B1A1BC0AA9A63ECD6E4C3E08674BBCDA23E7BE11FD0DBEBB4E7F3EA254373F5EFD92BEC6E25B3FF01EA1BE78A5303E86792A3F",
      torch_tensor_24_8_1_1_torch.float32: "0x0400000021988DBE7FC13DBEFB2B923ED8E792BE13F9CFBC4312B33E23C8023EB401243C87DF9CBE9058333EC4EF80BE288ACDBD95F0F2BD147456BDFF717D3B5D4E953E33C9343D4123A23EAC765D3ECAE264BE3660223E78EC7FBEEB7019BEB3F7D43DA915EF3D48CE873E8C17E9BDF25E143AD3623A3EF80FAFBE9CDF823E5FB095BE6EAC9F3BE83576BD0DAD3EBE73673F3D33B0953E76A9D3BDB2F056BE5DE505BEC16AB3BE0D6C233EC1DF2DBE5D9A71BE2C9250BE0528503EE5B93F3EB1EF8A3EDE51033E0AD0F1BD9257CABD04EAD53DDECD943EF8DEC43D034C2BBEAA2F2ABEEF25ABBE7A6F9C3D762B4BBE7864A1BE4ABB9E3EAA1C6BBE8BBE24BD8871CF3D0A8B383CF59B73BE655292BE8E49903ECCD06B3D972D963E79BDF2BDE947D53D4A94A5BD5CCD80BC5F7F5CBE35E2F43DB7EDE43DA5FCEEBBB8D8A2BDE22B5FBEAF5D7A3E52C186BE9350143E3B79F3BD0DAC2EBEB113823D42103CBEB8D4A63DE7318E3DAB6786BE9B1D713DED331A3E5E4E0F3EB44A36BDBD6594BE2A3D5FBD457AFB3D811904BE4C6C093EAD1A713E000A3DBED280643BDFB3153EA901E33CDDEEF13C0ED3343DD54E8EBEAA9DE33C6BB37A3E771EA33EDFC9543EA00E423DC313293EDB1F30BE350296BE8FA99BBE2F96B43E7BD1653EDB407ABE1CA50D3E2FB3883E1AF3B43E4A489E3ED43E8C3E5E00A6BDE11BFEBD2FA0943E0CE14A3E05DE59BE50BDA23E0EEC2E3E315C453ED2EA62BED6BCCF3D96D5FDBDCE708D3E784A82BD39F20C3EA99C803D33091A3EB90FF6BD0A85303E9DDF7CBE5789A33DD2F374BE1695B2BE5E5E91BECBE88E3E36E0433ECFD5A93EB804913E93A8A1BE031177BE20FF69BD9E1E6BBEFC657B3E1EDA88BEA2A330BE98E1AEBEBD8B4DBE63E2943E1E36943E9994813E1CC58B3EBFF5A03ECF68B9BD3A4C1F3E9046A13ED389EF3DF3F5B43EAAC63B3E8C0F613EE06BFDBD53B72D3E0767263D16ECACBDB3154CBE59254BBE794A8BBE2B0C733E3AB1803E81D124BDB88151BE2CE98B3E0C85673E594BD73C65EE2ABE8D5DA63E660D143E846B89BE2140AD3E1A76893E",
      torch_tensor_8_torch.float32_3: "0x040000008338F7BC0327E7BD8F8AAC3E5D5640BDFDCC82BE356D943D97BED23E3B30453D",
      torch_tensor_8_torch.float32_2: "0x04000000369D873F6DA7B83F69C6673F28862A3F36D5B93F70715B3FA89BA83FD636AA3F",
      torch_tensor_8_torch.float32_1: "0x04000000D53F7E3FF4C63B3F449A763F2F810D3F07CA423F7C40B13F38F1073F2A888A3F",
      torch_tensor_8_torch.float32: "0x040000000A9CBABE347E653E6C0CB03C8EAA353EB7774C3EA5B8523E04BB26BE41CE97BD",
      torch_tensor_8_3_3_3_torch.float32: "0x040000008BDABCBAC56ED33D543222BEDB0711BECCCD97BDC461533D56E479BBFC401C3ED7E88BBC6E96503D293A6EBD9CF21ABDFC443CBEE48302BE0379A2BDB69AE93B09D19B3DDD7DEC3DE29905BEE2A1ABBD58288F3DC5A4233E2D3A22BD0E78133E221DFEBC43D2A63CF270323EA2D036BEEC1FF8BD619047BD88A299BD87442A3EDB78FFBD416FB5BD28AE09BE299138BEFD12E6BD6966293E1CDFAF3D1C07BF3D9AD3253C6511CABD395D053D8F0038BE34650EBE9A30CBBD2EADF83D6317E73D54CCAEBDFC8AE3BB3613FC3DA8E9433E206D9C3D15FBD43CCB21043EBA11E8BDF4E3123DE2C918BEF29508BEE89ACBBD3456B23DB1819E3DF077E9BDC6246E3DE15ED83DF6FCC6BCD7C7F03BADA5363D8C83F43D72393D3EAEDD17BE887090BD6AE69A3D0448233EA57D2B3E94E22D3ED9E01C3D215E2BBEE807913C2093F6BDC0A837BE1F182F3EE0D7153EEC9444BE0C8B133DFCCA04BD34B801BD566BB4BD7091973DFF72E9BDCD7C903D9451C73D76130D3E5D5F933DC90B43BE0CADFFBD86CCC43DB5FC243DF5BA19BEC5F3E2BD7664393EDEC9043E9FDAABBDA06546BD3ABA3BBE7BB262BB8C6714BEAA0218BE15BC2DBC1BB6EC3C4F69A1BD5EDFE93D27D9EFBD7ED0323E210D073E512F26BE7F3044BDB8460E3C4105E63C6CF53A3DBAAB9A3D11DF3C3CA84FC0BD6D80BA3DC2093DBEAC9BE9BD335445BD62FDBFBDEFE189BD9E8521BE9CAD27BDBD7F283D366200BEB1D021BC6A120D3EE211A2BC6E43AF3BE10188BC44881F3DBD9BFA3D3AAC3A3EAE4CFA3D91193B3E9E0964BCFE0731BE0CDABABD6C2F063EF984A3BA9EE7C3BD260417BE656D38BEE85326BE29E41FBDC425D83D4B16D53D3D0F3EBE28DBF53D51351ABE4AA626BDE5CF9FBD7BD517BDACC51ABDFBD630BE21282ABEAAB2F6BC201B233B020CB3BDAD78943D9E5F31BE4FCB54BC644E2D3E01C4A0BD2EF4313E0DBD8E3DD4D831BEB45EF93DE0ECB5BC20F2AFBD38961D3E1C401FBEF52BA93C4D0A25BDB9BA0C3EF60A5C3DA462BD3D7B318B3D728F3DBD56C725BD9C6622BEAE8FD53DE8771C3EE5D6063E14020BBEC6A00C3CACEB0ABE74F7D8BD90AAE5BDD3B1863D35DFEABD729589BB25A5043CFF11FE3DE4F714BE4B4A07BE54DCE4BD63EF093EC2AD8DBDB339263EF0858E3DE4A1C73C2FC6BBBAD9D31BBDDACDC53CA0FF33BD933DB1BA2E28C93C"
    }
  }
#-}
