// RUN: convopt %s -p conv-raise-linalg | filecheck %s
// RUN: %if mlir-opt %{ %mlir_opt %s -o /dev/null %}

#map = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0, 0)>
#kept = affine_map<(d0, d1) -> (d0)>

// As torch-mlir prints it: the maximum loses its axis and gets it back, the sum keeps it.
// CHECK-LABEL: func.func @softmax
// CHECK-NEXT:    %0 = conv.softmax %x {axis = 1} : tensor<2x10xf32> -> tensor<2x10xf32>
// CHECK-NEXT:    func.return %0
func.func @softmax(%x: tensor<2x10xf32>) -> tensor<2x10xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<2xf32>
  %zeros = arith.constant dense<0.0> : tensor<2x1xf32>
  %0 = linalg.generic {indexing_maps = [#map, #kept], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<2x10xf32>) outs(%lowest : tensor<2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %6 = arith.maximumf %in, %out : f32
    linalg.yield %6 : f32
  } -> tensor<2xf32>
  %1 = tensor.expand_shape %0 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %2 = tensor.empty() : tensor<2x10xf32>
  %3 = linalg.generic {indexing_maps = [#map, #row, #map], iterator_types = ["parallel", "parallel"]} ins(%x, %1 : tensor<2x10xf32>, tensor<2x1xf32>) outs(%2 : tensor<2x10xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %6 = arith.subf %in, %in_0 : f32
    %7 = math.exp %6 : f32
    linalg.yield %7 : f32
  } -> tensor<2x10xf32>
  %4 = linalg.generic {indexing_maps = [#map, #row], iterator_types = ["parallel", "reduction"]} ins(%3 : tensor<2x10xf32>) outs(%zeros : tensor<2x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %6 = arith.addf %in, %out : f32
    linalg.yield %6 : f32
  } -> tensor<2x1xf32>
  %5 = linalg.generic {indexing_maps = [#map, #row, #map], iterator_types = ["parallel", "parallel"]} ins(%3, %4 : tensor<2x10xf32>, tensor<2x1xf32>) outs(%2 : tensor<2x10xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %6 = arith.divf %in, %in_0 : f32
    linalg.yield %6 : f32
  } -> tensor<2x10xf32>
  return %5 : tensor<2x10xf32>
}

// The sum is over another axis than the maximum: no softmax.
// CHECK-LABEL: func.func @other_axes
// CHECK-NOT:     conv.softmax
// CHECK:         conv.global_pool max
// CHECK-NOT:     conv.softmax
// CHECK:         conv.global_pool average
// CHECK-NOT:     conv.softmax
// CHECK:         func.return
func.func @other_axes(%x: tensor<10x10xf32>) -> tensor<10x10xf32> {
  %lowest = arith.constant dense<0xFF800000> : tensor<10x1xf32>
  %zeros = arith.constant dense<0.0> : tensor<1x10xf32>
  %0 = linalg.generic {indexing_maps = [#map, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<10x10xf32>) outs(%lowest : tensor<10x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %6 = arith.maximumf %in, %out : f32
    linalg.yield %6 : f32
  } -> tensor<10x1xf32>
  %2 = tensor.empty() : tensor<10x10xf32>
  %3 = linalg.generic {indexing_maps = [#map, #row, #map], iterator_types = ["parallel", "parallel"]} ins(%x, %0 : tensor<10x10xf32>, tensor<10x1xf32>) outs(%2 : tensor<10x10xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %6 = arith.subf %in, %in_0 : f32
    %7 = math.exp %6 : f32
    linalg.yield %7 : f32
  } -> tensor<10x10xf32>
  %4 = linalg.generic {indexing_maps = [#map, affine_map<(d0, d1) -> (0, d1)>], iterator_types = ["reduction", "parallel"]} ins(%3 : tensor<10x10xf32>) outs(%zeros : tensor<1x10xf32>) {
  ^bb0(%in: f32, %out: f32):
    %6 = arith.addf %in, %out : f32
    linalg.yield %6 : f32
  } -> tensor<1x10xf32>
  %5 = linalg.generic {indexing_maps = [#map, affine_map<(d0, d1) -> (0, d1)>, #map], iterator_types = ["parallel", "parallel"]} ins(%3, %4 : tensor<10x10xf32>, tensor<1x10xf32>) outs(%2 : tensor<10x10xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %6 = arith.divf %in, %in_0 : f32
    linalg.yield %6 : f32
  } -> tensor<10x10xf32>
  return %5 : tensor<10x10xf32>
}
