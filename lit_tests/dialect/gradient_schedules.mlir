// RUN: convopt %s | convopt | filecheck %s

// Settings of value 1 are not printed.
// CHECK-LABEL: @scheduled
func.func @scheduled(%x: tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>>, %dy: tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>>) -> (tensor<1x16x1x9xf32, #conv.layout<nchwc, 16>>, tensor<1x16x16x1xf32, #conv.layout<nchwc, 16>>) {
  // CHECK-NEXT: conv.weight_gradient %{{.*}}, %{{.*}} {kernel = [3, 3], padding = [1, 1, 1, 1], groups = 16} schedule = #conv.gradient_tile<grad, columns = 8, passes = 3, sets = 2, flush = true, prefetch = input> :
  %dw = conv.weight_gradient %x, %dy {kernel = [3, 3], padding = [1, 1, 1, 1], groups = 16} schedule = #conv.gradient_tile<grad, rows = 1, columns = 8, passes = 3, sets = 2, flush = true, prefetch = input> : tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>>, tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>> -> tensor<1x16x1x9xf32, #conv.layout<nchwc, 16>>
  // CHECK-NEXT: conv.weight_gradient %{{.*}}, %{{.*}} {kernel = [1, 1]} schedule = #conv.gradient_tile<broadcast, rows = 4, channels = 8, vectors = 2> :
  %dv = conv.weight_gradient %x, %dy {kernel = [1, 1]} schedule = #conv.gradient_tile<broadcast, vectors = 2, channels = 8, rows = 4> : tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>>, tensor<1x16x8x8xf32, #conv.layout<nchwc, 16>> -> tensor<1x16x16x1xf32, #conv.layout<nchwc, 16>>
  func.return %dw, %dv : tensor<1x16x1x9xf32, #conv.layout<nchwc, 16>>, tensor<1x16x16x1xf32, #conv.layout<nchwc, 16>>
}
