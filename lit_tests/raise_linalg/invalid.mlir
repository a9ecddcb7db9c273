// RUN: convopt %s -p conv-raise-linalg --split-input-file --verify-diagnostics

// What is read where it is needed: types.

func.func @other_element(%x: tensor<4xf64>) -> tensor<2x2xf64> {
  // expected-error-re @below {{pass 'conv-raise-linalg': {{.*}}invalid.mlir:7:3: tensor.expand_shape: expected a tensor of f32, found tensor<2x2xf64>}}
  %0 = tensor.expand_shape %x [[0, 1]] output_shape [2, 2] : tensor<4xf64> into tensor<2x2xf64>
  func.return %0 : tensor<2x2xf64>
}

// -----

func.func @other_argument(%x: tensor<4xi32>) -> (tensor<2x2xf32>, tensor<4xi32>) {
  %0 = arith.constant dense<1.0> : tensor<4xf32>
  %1 = tensor.expand_shape %0 [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  // expected-error @below {{func.return: expected a tensor of f32, found tensor<4xi32>}}
  func.return %1, %x : tensor<2x2xf32>, tensor<4xi32>
}

// -----

func.func @half(%x: tensor<1x4x8x8xf16>, %w: tensor<6x4x3x3xf16>, %o: tensor<1x6x6x6xf16>) -> tensor<1x6x6x6xf16> {
  // expected-error @below {{linalg.conv_2d_nchw_fchw: expected a tensor of f32, found tensor<1x6x6x6xf16>}}
  %0 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x4x8x8xf16>, tensor<6x4x3x3xf16>) outs(%o : tensor<1x6x6x6xf16>) -> tensor<1x6x6x6xf16>
  func.return %0 : tensor<1x6x6x6xf16>
}

// -----

func.func @dynamic(%x: tensor<1x4x?x8xf32>, %w: tensor<6x4x3x3xf32>, %o: tensor<1x6x?x6xf32>) -> tensor<1x6x?x6xf32> {
  // expected-error @below {{linalg.conv_2d_nchw_fchw: expected a static shape, found tensor<1x6x?x6xf32>}}
  %0 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x4x?x8xf32>, tensor<6x4x3x3xf32>) outs(%o : tensor<1x6x?x6xf32>) -> tensor<1x6x?x6xf32>
  func.return %0 : tensor<1x6x?x6xf32>
}

// -----

func.func @empty_axis() -> tensor<0x4xf32> {
  %c = arith.constant 0.0 : f32
  %0 = tensor.empty() : tensor<0x4xf32>
  // expected-error @below {{linalg.fill: expected sizes of at least 1, found tensor<0x4xf32>}}
  %1 = linalg.fill ins(%c : f32) outs(%0 : tensor<0x4xf32>) -> tensor<0x4xf32>
  func.return %1 : tensor<0x4xf32>
}

// -----

func.func @buffers(%x: memref<1x4x8x8xf32>, %w: memref<6x4x3x3xf32>, %o: memref<1x6x6x6xf32>) {
  // expected-error @below {{linalg.conv_2d_nchw_fchw: expected operations of linalg, tensor, arith, conv, math that make tensors}}
  linalg.conv_2d_nchw_fchw ins(%x, %w : memref<1x4x8x8xf32>, memref<6x4x3x3xf32>) outs(%o : memref<1x6x6x6xf32>)
  func.return
}

// -----

// Functions and operations.

// expected-error @unknown {{@blocks: expected one block, found 2}}
func.func @blocks(%x: tensor<4xf32>) -> tensor<2x2xf32> {
  %0 = tensor.expand_shape %x [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  cf.br ^bb1
^bb1:
  func.return %0 : tensor<2x2xf32>
}

// -----

func.func private @other(tensor<2x2xf32>) -> tensor<2x2xf32>

func.func @call(%x: tensor<4xf32>) -> tensor<2x2xf32> {
  %0 = tensor.expand_shape %x [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  // expected-error @below {{func.call: expected operations of linalg, tensor, arith, conv, math that make tensors}}
  %1 = func.call @other(%0) : (tensor<2x2xf32>) -> tensor<2x2xf32>
  func.return %1 : tensor<2x2xf32>
}

// -----

func.func @no_counterpart(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  // expected-error @below {{linalg.log: expected an operation that has a counterpart in the conv dialect}}
  %1 = linalg.log ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

// Shapes that do not fit together.

func.func @shape_of_padding(%x: tensor<1x4x8x9xf32>) -> tensor<1x4x9x9xf32> {
  %c = arith.constant 0.0 : f32
  // expected-error @below {{tensor.pad: expected to make tensor<1x4x9x9xf32>, found tensor<1x4x10x9xf32>}}
  %0 = tensor.pad %x low[0, 0, 1, 0] high[0, 0, 1, 0] {
  ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
    tensor.yield %c : f32
  } : tensor<1x4x8x9xf32> to tensor<1x4x9x9xf32>
  func.return %0 : tensor<1x4x9x9xf32>
}

// -----

func.func @surplus(%x: tensor<1x4x8x9xf32>, %w: tensor<6x4x3x3xf32>) -> tensor<1x6x3x3xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x6x3x3xf32>
  // expected-error @below {{linalg.conv_2d_nchw_fchw: expected windows up to the end of the input, found a rest: 2 of w}}
  %0 = linalg.conv_2d_nchw_fchw {strides = dense<2> : vector<2xi64>} ins(%x, %w : tensor<1x4x8x9xf32>, tensor<6x4x3x3xf32>) outs(%zeros : tensor<1x6x3x3xf32>) -> tensor<1x6x3x3xf32>
  func.return %0 : tensor<1x6x3x3xf32>
}

// -----

func.func @window(%x: tensor<1x4x8x9xf32>, %size: tensor<?x3xf32>) -> tensor<1x4x6x7xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x4x6x7xf32>
  // expected-error @below {{linalg.pooling_nchw_max: expected a window of static size, found tensor<?x3xf32>}}
  %0 = linalg.pooling_nchw_max ins(%x, %size : tensor<1x4x8x9xf32>, tensor<?x3xf32>) outs(%zeros : tensor<1x4x6x7xf32>) -> tensor<1x4x6x7xf32>
  func.return %0 : tensor<1x4x6x7xf32>
}

// -----

func.func @broadcast_by_maps(%a: tensor<3xf32>, %b: tensor<3x4xf32>) -> tensor<2x4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<2x4xf32>
  // expected-error @below {{linalg.matmul: expected indexing maps of a product of matrices, found (d0, d1, d2) -> (d2)}}
  %0 = "linalg.matmul"(%a, %b, %zeros) <{indexing_maps = [affine_map<(i, j, k) -> (k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], operandSegmentSizes = array<i32: 2, 1>}> ({
  ^bb0(%l: f32, %r: f32, %o: f32):
    linalg.yield %o : f32
  }) : (tensor<3xf32>, tensor<3x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  func.return %0 : tensor<2x4xf32>
}

// -----

// Tensors that are made.

func.func @elided() -> tensor<2x2xf32> {
  // expected-error @below {{arith.constant: expected elements in the text, found dense_resource<__elided__> : tensor<4xf32> without them}}
  %0 = arith.constant dense_resource<__elided__> : tensor<4xf32>
  %1 = tensor.expand_shape %0 [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  func.return %1 : tensor<2x2xf32>
}

// -----

func.func @nothing_written(%x: tensor<1x4x8x9xf32>, %w: tensor<6x4x3x3xf32>) -> tensor<1x6x6x7xf32> {
  // expected-error @below {{tensor.empty: expected elements to be written before they are read, found none}}
  %0 = tensor.empty() : tensor<1x6x6x7xf32>
  %1 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x4x8x9xf32>, tensor<6x4x3x3xf32>) outs(%0 : tensor<1x6x6x7xf32>) -> tensor<1x6x6x7xf32>
  func.return %1 : tensor<1x6x6x7xf32>
}

// -----

func.func @fill(%c: f32) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  // expected-error @below {{linalg.fill: expected a constant to fill with, found another value}}
  %1 = linalg.fill ins(%c : f32) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

func.func @insert(%x: tensor<4xf32>, %y: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @below {{tensor.insert_slice: expected a whole tensor at a fixed place in a tensor of one constant, found another}}
  %0 = tensor.insert_slice %x into %y[0] [4] [1] : tensor<4xf32> into tensor<8xf32>
  func.return %0 : tensor<8xf32>
}

// -----

func.func @insert_with_gaps(%x: tensor<4xf32>) -> tensor<8xf32> {
  %zeros = arith.constant dense<0.0> : tensor<8xf32>
  // expected-error @below {{tensor.insert_slice: expected a whole tensor at a fixed place}}
  %0 = tensor.insert_slice %x into %zeros[0] [4] [2] : tensor<4xf32> into tensor<8xf32>
  func.return %0 : tensor<8xf32>
}

// -----

func.func @slice(%x: tensor<8xf32>) -> tensor<4xf32> {
  // expected-error @below {{tensor.extract_slice: expected a slice of all of tensor<8xf32>, found tensor<4xf32>}}
  %0 = tensor.extract_slice %x[0] [4] [1] : tensor<8xf32> to tensor<4xf32>
  func.return %0 : tensor<4xf32>
}

// -----

func.func @pad_by_value(%x: tensor<8xf32>, %n: index) -> tensor<9xf32> {
  %c = arith.constant 0.0 : f32
  // expected-error @below {{tensor.pad: expected a static shape, found tensor<?xf32>}}
  %0 = tensor.pad %x low[%n] high[0] {
  ^bb0(%arg1: index):
    tensor.yield %c : f32
  } : tensor<8xf32> to tensor<?xf32>
  %1 = tensor.cast %0 : tensor<?xf32> to tensor<9xf32>
  func.return %1 : tensor<9xf32>
}

// -----

func.func @pad_with(%x: tensor<8xf32>, %c: f32) -> tensor<9xf32> {
  // expected-error @below {{tensor.pad: expected a constant to pad with, found another value}}
  %0 = tensor.pad %x low[1] high[0] {
  ^bb0(%arg1: index):
    tensor.yield %c : f32
  } : tensor<8xf32> to tensor<9xf32>
  func.return %0 : tensor<9xf32>
}

// -----

func.func @crop(%x: tensor<8xf32>) -> tensor<7xf32> {
  %c = arith.constant 0.0 : f32
  // expected-error @below {{tensor.pad: expected padding of at least 0 on at most two axes, found low [-1] and high [0]}}
  %0 = tensor.pad %x low[-1] high[0] {
  ^bb0(%arg1: index):
    tensor.yield %c : f32
  } : tensor<8xf32> to tensor<7xf32>
  func.return %0 : tensor<7xf32>
}

// -----

func.func @pad_three_axes(%x: tensor<2x2x2xf32>) -> tensor<3x3x3xf32> {
  %c = arith.constant 0.0 : f32
  // expected-error @below {{tensor.pad: expected padding of at least 0 on at most two axes, found low [1, 1, 1] and high [0, 0, 0]}}
  %0 = tensor.pad %x low[1, 1, 1] high[0, 0, 0] {
  ^bb0(%arg1: index, %arg2: index, %arg3: index):
    tensor.yield %c : f32
  } : tensor<2x2x2xf32> to tensor<3x3x3xf32>
  func.return %0 : tensor<3x3x3xf32>
}

// -----

// Bodies.

#map = affine_map<(d0, d1) -> (d0, d1)>
func.func @map(%x: tensor<4x9xf32>) -> tensor<4x8xf32> {
  %0 = tensor.empty() : tensor<4x8xf32>
  // expected-error @below {{linalg.generic: expected a loop, or 0 on an axis of size 1, for each axis, found (d0, d1) -> (d0, (d1 + 1))}}
  %1 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1 + 1)>, #map], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x9xf32>) outs(%0 : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.addf %in, %in : f32
    linalg.yield %2 : f32
  } -> tensor<4x8xf32>
  func.return %1 : tensor<4x8xf32>
}

// -----

// The first row alone is no broadcast.
#map = affine_map<(d0, d1) -> (d0, d1)>
func.func @first_row(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = tensor.empty() : tensor<4x8xf32>
  // expected-error @below {{linalg.generic: expected a loop, or 0 on an axis of size 1, for each axis, found (d0, d1) -> (0, d1)}}
  %1 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (0, d1)>, #map], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.addf %in, %in : f32
    linalg.yield %2 : f32
  } -> tensor<4x8xf32>
  func.return %1 : tensor<4x8xf32>
}

// -----

func.func @diagonal(%x: tensor<4x4xf32>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  // expected-error @below {{linalg.generic: expected each loop once in a map, found (d0) -> (d0, d0)}}
  %1 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0, d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<4x4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.addf %in, %in : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

func.func @result_of_one_loop(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<4xf32>
  // expected-error @below {{linalg.generic: expected a result of all loops, found (d0, d1) -> (d0)}}
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%zeros : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<4xf32>
  func.return %0 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @outside(%x: tensor<4xf32>, %c: f32) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    // expected-error @below {{arith.addf: expected values of the body and constants, found another f32}}
    %2 = arith.addf %in, %c : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @scalar_operand(%x: tensor<4xf32>, %c: f32) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  // expected-error @below {{linalg.generic: expected operands that are tensors or constants, found f32}}
  %1 = linalg.generic {indexing_maps = [#map, affine_map<(d0) -> ()>, #map], iterator_types = ["parallel"]} ins(%x, %c : tensor<4xf32>, f32) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %s: f32, %out: f32):
    %2 = arith.addf %in, %s : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @truth_from_outside(%x: tensor<4xf32>, %t: tensor<4xi1>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  // expected-error @below {{linalg.generic: expected operands of f32, or made of them, found tensor<4xi1>}}
  %1 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%x, %t : tensor<4xf32>, tensor<4xi1>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %c: i1, %out: f32):
    %2 = arith.negf %in : f32
    %3 = arith.select %c, %in, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @truth_of_fewer_loops(%x: tensor<4xf32>, %y: tensor<4x8xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<false> : tensor<4xi1>
  // expected-error @below {{linalg.generic: expected a result of all loops, found (d0, d1) -> (d0)}}
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "parallel"]} ins(%y : tensor<4x8xf32>) outs(%c : tensor<4xi1>) {
  ^bb0(%in: f32, %out: i1):
    %3 = arith.cmpf ogt, %in, %in : f32
    linalg.yield %3 : i1
  } -> tensor<4xi1>
  %1 = tensor.empty() : tensor<4xf32>
  %2 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%x, %0 : tensor<4xf32>, tensor<4xi1>) outs(%1 : tensor<4xf32>) {
  ^bb0(%in: f32, %t: i1, %out: f32):
    %3 = arith.negf %in : f32
    %4 = arith.select %t, %in, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<4xf32>
  func.return %2 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @scalar_function(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    // expected-error @below {{math.log1p: expected scalar arithmetic on f32 (arith.addf, }}
    %2 = math.log1p %in : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @double(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    // expected-error-re @below {{arith.extf: expected scalar arithmetic on f32 {{.*}}, found f64}}
    %2 = arith.extf %in : f32 to f64
    %3 = arith.truncf %2 : f64 to f32
    linalg.yield %3 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @comparison(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%x, %y : tensor<4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    // expected-error @below {{arith.cmpf: expected a comparison by size, found another}}
    %2 = arith.cmpf uno, %in, %in_0 : f32
    %3 = arith.select %2, %in, %in_0 : f32
    linalg.yield %3 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @selection(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant 0.5 : f32
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%x, %y : tensor<4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %2 = arith.cmpf ogt, %in, %c : f32
    // expected-error @below {{arith.select: expected the larger or the smaller of two values, or a leaky ReLU, found another}}
    %3 = arith.select %2, %in, %in_0 : f32
    linalg.yield %3 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

// Leaky around another number than zero.
#map = affine_map<(d0) -> (d0)>
func.func @selection_of_product(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant 0.5 : f32
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.cmpf ogt, %in, %c : f32
    %3 = arith.mulf %in, %c : f32
    // expected-error @below {{arith.select: expected the larger or the smaller of two values, or a leaky ReLU, found another}}
    %4 = arith.select %2, %in, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @power(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant 1.5 : f32
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    // expected-error @below {{math.powf: expected an exponent of 0.5 or a whole number up to 16, found 1.5}}
    %2 = math.powf %in, %c : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @position() -> tensor<4xf32> {
  %w = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel"]} outs(%0 : tensor<4xf32>) {
  ^bb0(%out: f32):
    %2 = linalg.index 0 : index
    // expected-error @below {{tensor.extract: expected positions below 3, found 0 to 3}}
    %3 = tensor.extract %w[%2] : tensor<3xf32>
    linalg.yield %3 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @position_of_elements(%x: tensor<4xf32>) -> tensor<4xf32> {
  %w = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.fptosi %in : f32 to i64
    %3 = arith.index_cast %2 : i64 to index
    %4 = tensor.extract %w[%3] : tensor<3xf32>
    linalg.yield %4 : f32
  } -> tensor<4xf32>
  // expected-error-re @-5 {{arith.fptosi: expected scalar arithmetic on f32 {{.*}}, found i64}}
  func.return %1 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @position_from_outside(%i: tensor<4xindex>) -> tensor<4xf32> {
  %w = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel"]} outs(%0 : tensor<4xf32>) {
  ^bb0(%out: f32):
    %2 = linalg.index 0 : index
    %3 = tensor.extract %i[%2] : tensor<4xindex>
    // expected-error @below {{tensor.extract: expected positions that are known, found others}}
    %4 = tensor.extract %w[%3] : tensor<3xf32>
    linalg.yield %4 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

// A tensor that is turned around, and one that is read and computed with.
#map = affine_map<(d0) -> (d0)>
func.func @reversed(%x: tensor<4xf32>) -> tensor<4xf32> {
  %three = arith.constant 3 : index
  %0 = tensor.empty() : tensor<4xf32>
  // expected-error @below {{linalg.generic: expected to read the nearest neighbours of an image, found others}}
  %1 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel"]} outs(%0 : tensor<4xf32>) {
  ^bb0(%out: f32):
    %2 = linalg.index 0 : index
    %3 = arith.subi %three, %2 : index
    %4 = tensor.extract %x[%3] : tensor<4xf32>
    linalg.yield %4 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @computed_with(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel"]} outs(%0 : tensor<4xf32>) {
  ^bb0(%out: f32):
    %2 = linalg.index 0 : index
    %3 = tensor.extract %x[%2] : tensor<4xf32>
    // expected-error @below {{arith.negf: expected elements of their own position, found others}}
    %4 = arith.negf %3 : f32
    linalg.yield %4 : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

#map = affine_map<(d0) -> (d0)>
func.func @yield(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  // expected-error @below {{linalg.generic: expected linalg.yield at the end of the body, found none}}
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    tensor.yield %in : f32
  } -> tensor<4xf32>
  func.return %1 : tensor<4xf32>
}

// -----

// Reductions.

func.func @product(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %ones = arith.constant dense<1.0> : tensor<4xf32>
  // expected-error @below {{linalg.generic: expected a sum or a maximum as reduction, found another}}
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%ones : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %1 = arith.mulf %in, %out : f32
    linalg.yield %1 : f32
  } -> tensor<4xf32>
  func.return %0 : tensor<4xf32>
}

// -----

func.func @sum_of_squares(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<4xf32>
  // expected-error @below {{linalg.generic: expected to reduce the elements of one tensor, found a computation}}
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%zeros : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %1 = arith.mulf %in, %in : f32
    %2 = arith.addf %1, %out : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  func.return %0 : tensor<4xf32>
}

// -----

// A convolution that is written out is not recognised.
func.func @matrix_vector(%x: tensor<4x8xf32>, %y: tensor<8xf32>) -> tensor<4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<4xf32>
  // expected-error @below {{linalg.generic: expected to reduce the elements of one tensor, found a computation}}
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x, %y : tensor<4x8xf32>, tensor<8xf32>) outs(%zeros : tensor<4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %1 = arith.mulf %in, %in_0 : f32
    %2 = arith.addf %1, %out : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  func.return %0 : tensor<4xf32>
}

// -----

// What the conv dialect itself does not accept.
func.func @elements(%x: tensor<4x2xf32>) -> tensor<9xf32> {
  // expected-error @below {{tensor.collapse_shape: result: expected 8 elements (4x2), found 9 (9)}}
  %0 = tensor.collapse_shape %x [[0, 1]] : tensor<4x2xf32> into tensor<9xf32>
  func.return %0 : tensor<9xf32>
}
