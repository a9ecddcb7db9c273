// RUN: convopt %s -p conv-raise-linalg | filecheck %s
// RUN: %if mlir-opt %{ %mlir_opt %s -o /dev/null %}

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#kept = affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, 0)>
#gone = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
#flat = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @global_average
// CHECK-NEXT:    %0 = conv.global_pool average %x : tensor<1x4x8x9xf32> -> tensor<1x4x1x1xf32>
// CHECK-NEXT:    func.return %0
func.func @global_average(%x: tensor<1x4x8x9xf32>) -> tensor<1x4x1x1xf32> {
  %zero = arith.constant 0.0 : f32
  %count = arith.constant 72.0 : f32
  %0 = tensor.empty() : tensor<1x4x1x1xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32>
  %2 = linalg.generic {indexing_maps = [#map, #kept], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%x : tensor<1x4x8x9xf32>) outs(%1 : tensor<1x4x1x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %4 = arith.addf %in, %out : f32
    linalg.yield %4 : f32
  } -> tensor<1x4x1x1xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<1x4x1x1xf32>) outs(%0 : tensor<1x4x1x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %4 = arith.divf %in, %count : f32
    linalg.yield %4 : f32
  } -> tensor<1x4x1x1xf32>
  return %3 : tensor<1x4x1x1xf32>
}

// CHECK-LABEL: func.func @without_axes
// CHECK-NEXT:    %0 = conv.global_pool average %x : tensor<1x4x8x9xf32> -> tensor<1x4x1x1xf32>
// CHECK-NEXT:    %1 = conv.reshape %0 : tensor<1x4x1x1xf32> -> tensor<1x4xf32>
// CHECK-NEXT:    func.return %1
func.func @without_axes(%x: tensor<1x4x8x9xf32>) -> tensor<1x4xf32> {
  %count = arith.constant 72.0 : f32
  %zeros = arith.constant dense<0.0> : tensor<1x4xf32>
  %0 = linalg.generic {indexing_maps = [#map, #gone], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%x : tensor<1x4x8x9xf32>) outs(%zeros : tensor<1x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.addf %out, %in : f32
    linalg.yield %2 : f32
  } -> tensor<1x4xf32>
  %1 = linalg.generic {indexing_maps = [#flat, #flat], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<1x4xf32>) outs(%zeros : tensor<1x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.divf %in, %count : f32
    linalg.yield %2 : f32
  } -> tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @nhwc
// CHECK-NEXT:    conv.transpose %x {permutation = [0, 3, 1, 2]}
// CHECK-NEXT:    conv.global_pool average {{.*}} : tensor<2x4x8x9xf32> -> tensor<2x4x1x1xf32>
// CHECK-NEXT:    conv.reshape {{.*}} : tensor<2x4x1x1xf32> -> tensor<2x4xf32>
// CHECK-NEXT:    conv.elementwise
// CHECK:           arith.constant 7.200000e+01
// CHECK:           arith.mulf
func.func @nhwc(%x: tensor<2x8x9x4xf32>) -> tensor<2x4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<2x4xf32>
  %0 = linalg.generic {indexing_maps = [#map, affine_map<(d0, d1, d2, d3) -> (d0, d3)>], iterator_types = ["parallel", "reduction", "reduction", "parallel"]} ins(%x : tensor<2x8x9x4xf32>) outs(%zeros : tensor<2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %1 = arith.addf %in, %out : f32
    linalg.yield %1 : f32
  } -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// Other axes, and a result of which nobody reads where the maximum was.
// CHECK-LABEL: func.func @max_of_channels
// CHECK-NEXT:    conv.transpose %x {permutation = [0, 2, 3, 1]} : tensor<2x4x8x9xf32> -> tensor<2x8x9x4xf32>
// CHECK-NEXT:    conv.reshape {{.*}} -> tensor<2x72x1x4xf32>
// CHECK-NEXT:    conv.global_pool max {{.*}} : tensor<2x72x1x4xf32> -> tensor<2x72x1x1xf32>
// CHECK-NEXT:    conv.reshape {{.*}} : tensor<2x72x1x1xf32> -> tensor<2x8x9xf32>
// CHECK-NEXT:    func.return
func.func @max_of_channels(%x: tensor<2x4x8x9xf32>) -> tensor<2x8x9xf32> {
  %lowest = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0 : i64
  %0 = tensor.empty() : tensor<2x8x9xf32>
  %1 = linalg.fill ins(%lowest : f32) outs(%0 : tensor<2x8x9xf32>) -> tensor<2x8x9xf32>
  %2 = tensor.empty() : tensor<2x8x9xi64>
  %3 = linalg.fill ins(%zero : i64) outs(%2 : tensor<2x8x9xi64>) -> tensor<2x8x9xi64>
  %4:2 = linalg.generic {indexing_maps = [#map, affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>], iterator_types = ["parallel", "reduction", "parallel", "parallel"]} ins(%x : tensor<2x4x8x9xf32>) outs(%1, %3 : tensor<2x8x9xf32>, tensor<2x8x9xi64>) {
  ^bb0(%in: f32, %out: f32, %at: i64):
    %5 = linalg.index 1 : index
    %6 = arith.index_cast %5 : index to i64
    %7 = arith.maximumf %in, %out : f32
    %8 = arith.cmpf ogt, %in, %out : f32
    %9 = arith.select %8, %6, %at : i64
    linalg.yield %7, %9 : f32, i64
  } -> (tensor<2x8x9xf32>, tensor<2x8x9xi64>)
  return %4#0 : tensor<2x8x9xf32>
}

// A sum of everything that starts from another sum.
// CHECK-LABEL: func.func @started
// CHECK-NEXT:    conv.reshape %x : tensor<4x8xf32> -> tensor<1x1x4x8xf32>
// CHECK-NEXT:    conv.global_pool average
// CHECK-NEXT:    conv.reshape {{.*}} : tensor<1x1x1x1xf32> -> tensor<f32>
// CHECK-NEXT:    conv.elementwise
// CHECK:           arith.constant 3.200000e+01
// CHECK:           arith.mulf
// CHECK:         conv.elementwise({{.*}}, %r) {
// CHECK:           arith.addf
func.func @started(%x: tensor<4x8xf32>, %r: tensor<f32>) -> tensor<f32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%r : tensor<f32>) {
  ^bb0(%in: f32, %out: f32):
    %1 = arith.addf %in, %out : f32
    linalg.yield %1 : f32
  } -> tensor<f32>
  return %0 : tensor<f32>
}
