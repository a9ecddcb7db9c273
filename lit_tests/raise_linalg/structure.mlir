// RUN: convopt %s -p conv-raise-linalg | filecheck %s
// RUN: %if mlir-opt %{ %mlir_opt %s -o /dev/null %}

// CHECK-LABEL: func.func @pad
// CHECK-NEXT:    %0 = conv.pad %x {padding = [3, 1, 4, 2], value = 1.500000e+00 : f32} : tensor<1x4x8x9xf32> -> tensor<1x4x15x12xf32>
// CHECK-NEXT:    func.return %0
func.func @pad(%x: tensor<1x4x8x9xf32>) -> tensor<1x4x15x12xf32> {
  %c = arith.constant 1.5 : f32
  %0 = tensor.pad %x low[0, 0, 3, 1] high[0, 0, 4, 2] {
  ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
    tensor.yield %c : f32
  } : tensor<1x4x8x9xf32> to tensor<1x4x15x12xf32>
  return %0 : tensor<1x4x15x12xf32>
}

// CHECK-LABEL: func.func @pad_nhwc
// CHECK-NEXT:    conv.transpose %x {permutation = [0, 3, 1, 2]}
// CHECK-NEXT:    conv.pad {{.*}} {padding = [2, 1, 0, 1]} : tensor<1x4x8x9xf32> -> tensor<1x4x10x11xf32>
// CHECK-NEXT:    conv.transpose {{.*}} {permutation = [0, 2, 3, 1]}
func.func @pad_nhwc(%x: tensor<1x8x9x4xf32>) -> tensor<1x10x11x4xf32> {
  %c = arith.constant 0.0 : f32
  %0 = tensor.pad %x low[0, 2, 1, 0] high[0, 0, 1, 0] {
  ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
    tensor.yield %c : f32
  } : tensor<1x8x9x4xf32> to tensor<1x10x11x4xf32>
  return %0 : tensor<1x10x11x4xf32>
}

// Channels are padded as if they were rows.
// CHECK-LABEL: func.func @pad_channels
// CHECK-NEXT:    conv.transpose %x {permutation = [0, 3, 1, 2]} : tensor<1x4x8x9xf32> -> tensor<1x9x4x8xf32>
// CHECK-NEXT:    conv.pad {{.*}} {padding = [0, 0, 2, 0]} : tensor<1x9x4x8xf32> -> tensor<1x9x6x8xf32>
// CHECK-NEXT:    conv.transpose {{.*}} {permutation = [0, 2, 3, 1]} : tensor<1x9x6x8xf32> -> tensor<1x6x8x9xf32>
func.func @pad_channels(%x: tensor<1x4x8x9xf32>) -> tensor<1x6x8x9xf32> {
  %c = arith.constant 0.0 : f32
  %0 = tensor.pad %x low[0, 0, 0, 0] high[0, 2, 0, 0] {
  ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
    tensor.yield %c : f32
  } : tensor<1x4x8x9xf32> to tensor<1x6x8x9xf32>
  return %0 : tensor<1x6x8x9xf32>
}

// Older torch-mlir pads by putting a tensor into one of zeros.
// CHECK-LABEL: func.func @insert
// CHECK-NEXT:    %0 = conv.pad %x {padding = [1, 1, 1, 2]} : tensor<1x4x8x9xf32> -> tensor<1x4x10x12xf32>
// CHECK-NEXT:    func.return %0
func.func @insert(%x: tensor<1x4x8x9xf32>) -> tensor<1x4x10x12xf32> {
  %c = arith.constant 0.0 : f32
  %0 = tensor.empty() : tensor<1x4x10x12xf32>
  %1 = linalg.fill ins(%c : f32) outs(%0 : tensor<1x4x10x12xf32>) -> tensor<1x4x10x12xf32>
  %2 = tensor.insert_slice %x into %1[0, 0, 1, 1] [1, 4, 8, 9] [1, 1, 1, 1] : tensor<1x4x8x9xf32> into tensor<1x4x10x12xf32>
  return %2 : tensor<1x4x10x12xf32>
}

// CHECK-LABEL: func.func @concat
// CHECK-NEXT:    %0 = conv.concat %x, %y {axis = 1} : tensor<1x4x8x9xf32>, tensor<1x2x8x9xf32> -> tensor<1x6x8x9xf32>
func.func @concat(%x: tensor<1x4x8x9xf32>, %y: tensor<1x2x8x9xf32>) -> tensor<1x6x8x9xf32> {
  %0 = tensor.concat dim(1) %x, %y : (tensor<1x4x8x9xf32>, tensor<1x2x8x9xf32>) -> tensor<1x6x8x9xf32>
  return %0 : tensor<1x6x8x9xf32>
}

// Reshapes of reshapes are one, and those to the same shape none.
// CHECK-LABEL: func.func @shapes
// CHECK-NEXT:    %0 = conv.reshape %x : tensor<1x4x8x9xf32> -> tensor<4x72xf32>
// CHECK-NEXT:    func.return %0, %x
func.func @shapes(%x: tensor<1x4x8x9xf32>) -> (tensor<4x72xf32>, tensor<1x4x8x9xf32>) {
  %0 = tensor.collapse_shape %x [[0, 1], [2], [3]] : tensor<1x4x8x9xf32> into tensor<4x8x9xf32>
  %1 = tensor.collapse_shape %0 [[0], [1, 2]] : tensor<4x8x9xf32> into tensor<4x72xf32>
  %shape = arith.constant dense<[1, 4, 8, 9]> : tensor<4xi64>
  %2 = tensor.reshape %1(%shape) : (tensor<4x72xf32>, tensor<4xi64>) -> tensor<1x4x8x9xf32>
  %3 = tensor.cast %2 : tensor<1x4x8x9xf32> to tensor<1x4x8x9xf32>
  %4 = tensor.extract_slice %3[0, 0, 0, 0] [1, 4, 8, 9] [1, 1, 1, 1] : tensor<1x4x8x9xf32> to tensor<1x4x8x9xf32>
  return %1, %4 : tensor<4x72xf32>, tensor<1x4x8x9xf32>
}

// A transpose that moves nothing in memory is a reshape.
// CHECK-LABEL: func.func @transpose
// CHECK-NEXT:    conv.reshape %x : tensor<1x1x8x9xf32> -> tensor<1x8x1x9xf32>
// CHECK-NEXT:    conv.transpose {{.*}} {permutation = [0, 3, 2, 1]} : tensor<1x8x1x9xf32> -> tensor<1x9x1x8xf32>
func.func @transpose(%x: tensor<1x1x8x9xf32>) -> tensor<1x9x1x8xf32> {
  %0 = tensor.empty() : tensor<1x8x1x9xf32>
  %1 = linalg.transpose ins(%x : tensor<1x1x8x9xf32>) outs(%0 : tensor<1x8x1x9xf32>) permutation = [0, 2, 1, 3]
  %2 = tensor.empty() : tensor<1x9x1x8xf32>
  %3 = linalg.transpose ins(%1 : tensor<1x8x1x9xf32>) outs(%2 : tensor<1x9x1x8xf32>) permutation = [0, 3, 2, 1]
  return %3 : tensor<1x9x1x8xf32>
}

// A channel shuffle, for conv-recognize-shuffles.
// CHECK-LABEL: func.func @shuffle
// CHECK-NEXT:    conv.reshape %x : tensor<1x6x8x9xf32> -> tensor<1x2x3x8x9xf32>
// CHECK-NEXT:    conv.transpose {{.*}} {permutation = [0, 2, 1, 3, 4]}
// CHECK-NEXT:    conv.reshape {{.*}} -> tensor<1x6x8x9xf32>
func.func @shuffle(%x: tensor<1x6x8x9xf32>) -> tensor<1x6x8x9xf32> {
  %0 = tensor.expand_shape %x [[0], [1, 2], [3], [4]] output_shape [1, 2, 3, 8, 9] : tensor<1x6x8x9xf32> into tensor<1x2x3x8x9xf32>
  %1 = tensor.empty() : tensor<1x3x2x8x9xf32>
  %2 = linalg.transpose ins(%0 : tensor<1x2x3x8x9xf32>) outs(%1 : tensor<1x3x2x8x9xf32>) permutation = [0, 2, 1, 3, 4]
  %3 = tensor.collapse_shape %2 [[0], [1, 2], [3], [4]] : tensor<1x3x2x8x9xf32> into tensor<1x6x8x9xf32>
  return %3 : tensor<1x6x8x9xf32>
}

// What stands alone and is returned.
// CHECK-LABEL: func.func @alone
// CHECK-DAG:     [[ONES:%.*]] = arith.constant dense<1.000000e+00> : tensor<2x3xf32>
// CHECK-DAG:     [[ROWS:%.*]] = conv.reshape %x : tensor<2xf32> -> tensor<2x1xf32>
// CHECK-DAG:     [[ZEROS:%.*]] = arith.constant dense<0.000000e+00> : tensor<2x3xf32>
// CHECK:         [[REPEATED:%.*]] = conv.elementwise([[ROWS]], [[ZEROS]]) {
// CHECK-NEXT:    ^bb0([[VALUE:%.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT:      conv.yield [[VALUE]] : f32
// CHECK:         func.return [[ONES]], [[REPEATED]]
func.func @alone(%x: tensor<2xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %one = arith.constant 1.0 : f32
  %0 = tensor.empty() : tensor<2x3xf32>
  %1 = linalg.fill ins(%one : f32) outs(%0 : tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = linalg.broadcast ins(%x : tensor<2xf32>) outs(%0 : tensor<2x3xf32>) dimensions = [1]
  return %1, %2 : tensor<2x3xf32>, tensor<2x3xf32>
}
