// RUN: convopt %s -p conv-raise-linalg | filecheck %s
// RUN: %if mlir-opt %{ %mlir_opt %s -o /dev/null %}

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>

// As torch-mlir prints upsampling by 2: each element is read at a position that is computed.
// CHECK-LABEL: func.func @upsample
// CHECK-NEXT:    %0 = conv.resize nearest asymmetric %x : tensor<1x4x8x9xf32> -> tensor<1x4x16x18xf32>
// CHECK-NEXT:    func.return %0
func.func @upsample(%x: tensor<1x4x8x9xf32>) -> tensor<1x4x16x18xf32> {
  %zero = arith.constant 0.0 : f32
  %two = arith.constant 2.0 : f32
  %c0 = arith.constant 0 : index
  %last_row = arith.constant 7.0 : f32
  %c2 = arith.constant 2 : index
  %0 = tensor.empty() : tensor<1x4x16x18xf32>
  %1 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%0 : tensor<1x4x16x18xf32>) {
  ^bb0(%out: f32):
    %2 = linalg.index 1 : index
    %3 = linalg.index 2 : index
    %4 = arith.index_cast %3 : index to i64
    %5 = arith.sitofp %4 : i64 to f32
    %6 = arith.divf %5, %two : f32
    %7 = math.floor %6 : f32
    %8 = arith.maximumf %7, %zero : f32
    %9 = arith.minimumf %8, %last_row : f32
    %10 = arith.fptosi %9 : f32 to i64
    %11 = arith.index_cast %10 : i64 to index
    %12 = linalg.index 3 : index
    %13 = arith.divsi %12, %c2 : index
    %extracted = tensor.extract %x[%c0, %2, %11, %13] : tensor<1x4x8x9xf32>
    linalg.yield %extracted : f32
  } -> tensor<1x4x16x18xf32>
  return %1 : tensor<1x4x16x18xf32>
}
