// RUN: convopt %s -p conv-raise-linalg | filecheck %s
// RUN: %if mlir-opt %{ %mlir_opt %s -o /dev/null %}

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#scalar = affine_map<(d0, d1, d2, d3) -> ()>
#channel = affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, 0)>
#channel3 = affine_map<(d0, d1, d2, d3) -> (d1, 0, 0)>
#last = affine_map<(d0, d1, d2, d3) -> (d3)>
#nhwc = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>

// Selections of the larger and the smaller, with constants from outside and as tensors: ReLU6.
// CHECK-LABEL: func.func @clamp
// CHECK-NEXT:    %0 = conv.elementwise(%x) {
// CHECK-NEXT:    ^bb0([[X:%.*]]: f32):
// CHECK-NEXT:      [[ZERO:%.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT:      [[LOW:%.*]] = arith.maxnumf [[X]], [[ZERO]] : f32
// CHECK-NEXT:      conv.yield [[LOW]] : f32
// CHECK-NEXT:    } : tensor<1x4x8x9xf32> -> tensor<1x4x8x9xf32>
// CHECK-NEXT:    %1 = conv.elementwise(%0) {
// CHECK-NEXT:    ^bb0([[X:%.*]]: f32):
// CHECK-NEXT:      [[SIX:%.*]] = arith.constant 6.000000e+00 : f32
// CHECK-NEXT:      [[HIGH:%.*]] = arith.minnumf [[X]], [[SIX]] : f32
// CHECK-NEXT:      conv.yield [[HIGH]] : f32
func.func @clamp(%x: tensor<1x4x8x9xf32>) -> tensor<1x4x8x9xf32> {
  %zero = arith.constant 0.0 : f32
  %six = arith.constant dense<6.0> : tensor<f32>
  %0 = tensor.empty() : tensor<1x4x8x9xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x : tensor<1x4x8x9xf32>) outs(%0 : tensor<1x4x8x9xf32>) {
  ^bb0(%in: f32, %out: f32):
    %3 = arith.cmpf ult, %in, %zero : f32
    %4 = arith.select %3, %zero, %in : f32
    linalg.yield %4 : f32
  } -> tensor<1x4x8x9xf32>
  %2 = linalg.generic {indexing_maps = [#scalar, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%six, %1 : tensor<f32>, tensor<1x4x8x9xf32>) outs(%0 : tensor<1x4x8x9xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %3 = arith.cmpf olt, %in, %in_1 : f32
    %4 = arith.select %3, %in, %in_1 : f32
    linalg.yield %4 : f32
  } -> tensor<1x4x8x9xf32>
  return %2 : tensor<1x4x8x9xf32>
}

// The condition is a tensor of truth values, and what is selected a product made before.
// CHECK-LABEL: func.func @leaky
// CHECK:         conv.elementwise({{.*}}) {
// CHECK-NEXT:    ^bb0([[X:%.*]]: f32, [[SLOPE:%.*]]: f32):
// CHECK-NEXT:      [[ZERO:%.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT:      [[POSITIVE:%.*]] = arith.maxnumf [[X]], [[ZERO]] : f32
// CHECK-NEXT:      [[NEGATIVE:%.*]] = arith.minnumf [[X]], [[ZERO]] : f32
// CHECK-NEXT:      [[SCALED:%.*]] = arith.mulf [[SLOPE]], [[NEGATIVE]] : f32
// CHECK-NEXT:      [[SUM:%.*]] = arith.addf [[POSITIVE]], [[SCALED]] : f32
// CHECK-NEXT:      conv.yield [[SUM]] : f32
// CHECK-NEXT:    } : tensor<1x4x8x9xf32>, tensor<1x4x1x1xf32> -> tensor<1x4x8x9xf32>
func.func @leaky(%x: tensor<1x4x8x9xf32>, %slope: tensor<1x4x1x1xf32>) -> tensor<1x4x8x9xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.empty() : tensor<1x4x8x9xi1>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x : tensor<1x4x8x9xf32>) outs(%0 : tensor<1x4x8x9xi1>) {
  ^bb0(%in: f32, %out: i1):
    %5 = arith.cmpf ogt, %in, %zero : f32
    linalg.yield %5 : i1
  } -> tensor<1x4x8x9xi1>
  %2 = tensor.empty() : tensor<1x4x8x9xf32>
  %3 = linalg.generic {indexing_maps = [#channel, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%slope, %x : tensor<1x4x1x1xf32>, tensor<1x4x8x9xf32>) outs(%2 : tensor<1x4x8x9xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %5 = arith.mulf %in, %in_1 : f32
    linalg.yield %5 : f32
  } -> tensor<1x4x8x9xf32>
  %4 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %x, %3 : tensor<1x4x8x9xi1>, tensor<1x4x8x9xf32>, tensor<1x4x8x9xf32>) outs(%2 : tensor<1x4x8x9xf32>) {
  ^bb0(%in: i1, %in_1: f32, %in_2: f32, %out: f32):
    %5 = arith.select %in, %in_1, %in_2 : f32
    linalg.yield %5 : f32
  } -> tensor<1x4x8x9xf32>
  return %4 : tensor<1x4x8x9xf32>
}

// Numbers of other types become f32 where they are known; powers, roots and multiply-adds are spelled out.
// CHECK-LABEL: func.func @arithmetic
// CHECK-NEXT:    conv.elementwise(%x) {
// CHECK-NEXT:    ^bb0([[X:%.*]]: f32):
// CHECK-DAG:       [[ONE:%.*]] = arith.constant 1.000000e+00 : f32
// CHECK-DAG:       [[DIFFERENCE:%.*]] = arith.subf [[ONE]], [[X]] : f32
// CHECK:           [[SQUARE:%.*]] = arith.mulf [[DIFFERENCE]], [[DIFFERENCE]] : f32
// CHECK:           [[CUBE:%.*]] = arith.mulf [[SQUARE]], [[DIFFERENCE]] : f32
// CHECK:           [[ROOT:%.*]] = math.sqrt [[CUBE]] : f32
// CHECK:           [[INVERSE:%.*]] = arith.divf {{.*}}, [[ROOT]] : f32
// CHECK:           [[PRODUCT:%.*]] = arith.mulf [[INVERSE]], [[X]] : f32
// CHECK:           [[SUM:%.*]] = arith.addf [[PRODUCT]], {{.*}} : f32
// CHECK:           math.tanh [[SUM]] : f32
func.func @arithmetic(%x: tensor<1x4x8x9xf32>) -> tensor<1x4x8x9xf32> {
  %one = arith.constant dense<1> : tensor<i64>
  %three = arith.constant 3 : i64
  %small = arith.constant 1.0e-05 : f64
  %0 = tensor.empty() : tensor<1x4x8x9xf32>
  %1 = linalg.generic {indexing_maps = [#scalar, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%one, %x : tensor<i64>, tensor<1x4x8x9xf32>) outs(%0 : tensor<1x4x8x9xf32>) {
  ^bb0(%in: i64, %in_0: f32, %out: f32):
    %2 = arith.sitofp %in : i64 to f32
    %3 = arith.subf %2, %in_0 : f32
    %4 = math.fpowi %3, %three : f32, i64
    %5 = math.rsqrt %4 : f32
    %6 = arith.truncf %small : f64 to f32
    %7 = math.fma %5, %in_0, %6 : f32
    %8 = math.tanh %7 : f32
    linalg.yield %8 : f32
  } -> tensor<1x4x8x9xf32>
  return %1 : tensor<1x4x8x9xf32>
}

// Operands broadcast, and those with axes in another order are transposed.
// CHECK-LABEL: func.func @operands
// CHECK-NEXT:    [[NCHW:%.*]] = conv.transpose %nhwc {permutation = [0, 3, 1, 2]} : tensor<1x8x9x4xf32> -> tensor<1x4x8x9xf32>
// CHECK-NEXT:    conv.elementwise(%x, %c, %c3, %l, [[NCHW]]) {
// CHECK:         } : tensor<1x4x8x9xf32>, tensor<1x4x1x1xf32>, tensor<4x1x1xf32>, tensor<9xf32>, tensor<1x4x8x9xf32> -> tensor<1x4x8x9xf32>
func.func @operands(%x: tensor<1x4x8x9xf32>, %c: tensor<1x4x1x1xf32>, %c3: tensor<4x1x1xf32>, %l: tensor<9xf32>, %nhwc: tensor<1x8x9x4xf32>) -> tensor<1x4x8x9xf32> {
  %0 = tensor.empty() : tensor<1x4x8x9xf32>
  %1 = linalg.generic {indexing_maps = [#map, #channel, #channel3, #last, #nhwc, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %c, %c3, %l, %nhwc : tensor<1x4x8x9xf32>, tensor<1x4x1x1xf32>, tensor<4x1x1xf32>, tensor<9xf32>, tensor<1x8x9x4xf32>) outs(%0 : tensor<1x4x8x9xf32>) {
  ^bb0(%a: f32, %b: f32, %d: f32, %e: f32, %f: f32, %out: f32):
    %2 = arith.addf %a, %b : f32
    %3 = arith.addf %2, %d : f32
    %4 = arith.addf %3, %e : f32
    %5 = arith.addf %4, %f : f32
    linalg.yield %5 : f32
  } -> tensor<1x4x8x9xf32>
  return %1 : tensor<1x4x8x9xf32>
}

// A result of other axes than the loops, and what was there before.
// CHECK-LABEL: func.func @accumulated
// CHECK-NEXT:    [[NHWC:%.*]] = conv.transpose %x {permutation = [0, 2, 3, 1]} : tensor<1x4x8x9xf32> -> tensor<1x8x9x4xf32>
// CHECK-NEXT:    conv.elementwise([[NHWC]], %r) {
func.func @accumulated(%x: tensor<1x4x8x9xf32>, %r: tensor<1x8x9x4xf32>) -> tensor<1x8x9x4xf32> {
  %0 = linalg.generic {indexing_maps = [#map, #nhwc], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x : tensor<1x4x8x9xf32>) outs(%r : tensor<1x8x9x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %1 = arith.mulf %in, %out : f32
    linalg.yield %1 : f32
  } -> tensor<1x8x9x4xf32>
  return %0 : tensor<1x8x9x4xf32>
}

// What depends on the position alone is a constant.
// CHECK-LABEL: func.func @position
// CHECK-NEXT:    [[ROWS:%.*]] = arith.constant dense<{{\[\[1.0}}00000e+00], [3.000000e+00]]> : tensor<2x1xf32>
// CHECK-NEXT:    conv.elementwise(%x, [[ROWS]]) {
// CHECK:         } : tensor<1x1x2x3xf32>, tensor<2x1xf32> -> tensor<1x1x2x3xf32>
func.func @position(%x: tensor<1x1x2x3xf32>) -> tensor<1x1x2x3xf32> {
  %two = arith.constant 2 : i64
  %one = arith.constant 1 : i64
  %0 = tensor.empty() : tensor<1x1x2x3xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x : tensor<1x1x2x3xf32>) outs(%0 : tensor<1x1x2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = linalg.index 2 : index
    %3 = arith.index_cast %2 : index to i64
    %4 = arith.muli %3, %two : i64
    %5 = arith.addi %4, %one : i64
    %6 = arith.sitofp %5 : i64 to f32
    %7 = arith.divf %in, %6 : f32
    linalg.yield %7 : f32
  } -> tensor<1x1x2x3xf32>
  return %1 : tensor<1x1x2x3xf32>
}

// A constant that is read at known positions: a filter turned around.
// CHECK-LABEL: func.func @gathered
// CHECK-NEXT:    arith.constant dense<[3.000000e+00, 2.000000e+00, 1.000000e+00]> : tensor<3xf32>
// CHECK-NEXT:    func.return
func.func @gathered() -> tensor<3xf32> {
  %w = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %two = arith.constant 2 : index
  %0 = tensor.empty() : tensor<3xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%0 : tensor<3xf32>) {
  ^bb0(%out: f32):
    %2 = linalg.index 0 : index
    %3 = arith.subi %two, %2 : index
    %4 = tensor.extract %w[%3] : tensor<3xf32>
    linalg.yield %4 : f32
  } -> tensor<3xf32>
  return %1 : tensor<3xf32>
}

// CHECK-LABEL: func.func @named
// CHECK:         arith.addf
// CHECK:         arith.mulf
// CHECK:         arith.subf
// CHECK:         math.exp
// CHECK:         func.return
func.func @named(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = tensor.empty() : tensor<4x8xf32>
  %1 = linalg.add ins(%x, %y : tensor<4x8xf32>, tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = linalg.mul ins(%1, %y : tensor<4x8xf32>, tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = linalg.sub ins(%2, %y : tensor<4x8xf32>, tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %4 = linalg.exp ins(%3 : tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %5 = linalg.copy ins(%4 : tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %5 : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @named_too
// CHECK:         arith.maxnumf
// CHECK:         arith.minnumf
// CHECK:         math.sqrt
func.func @named_too(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = tensor.empty() : tensor<4x8xf32>
  %1 = linalg.max ins(%x, %y : tensor<4x8xf32>, tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = linalg.min ins(%1, %y : tensor<4x8xf32>, tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = linalg.sqrt ins(%2 : tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @not_a_number
// CHECK:         arith.constant 0x7fc00000 : f32
func.func @not_a_number(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %nan = arith.constant 0x7FC00000 : f32
  %0 = tensor.empty() : tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.addf %in, %nan : f32
    linalg.yield %2 : f32
  } -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}
