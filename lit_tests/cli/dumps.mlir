// IR dumps go to standard error, with a header, without large constants.
// RUN: convopt %s -p conv-specialize,cse --print-ir-after-change 2>&1 >/dev/null | filecheck %s

// CHECK:      // -----// IR Dump After conv-specialize //----- //
// CHECK-NEXT: builtin.module {
// CHECK-NEXT:   func.func @main
// CHECK-NEXT:     %w = arith.constant dense_resource<__elided__> : tensor<2x1x3x3xf32>
// CHECK-NEXT:     %y = conv.depthwise %x, %w
// CHECK-NEXT:     func.return
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @main(%x: tensor<1x2x6x6xf32>) -> tensor<1x2x4x4xf32> {
  %w = arith.constant dense<[[[[0., 1., 2.], [3., 4., 5.], [6., 7., 8.]]], [[[9., 1., 2.], [3., 4., 5.], [6., 7., 8.]]]]> : tensor<2x1x3x3xf32>
  %y = conv.conv2d %x, %w {groups = 2} : tensor<1x2x6x6xf32>, tensor<2x1x3x3xf32> -> tensor<1x2x4x4xf32>
  func.return %y : tensor<1x2x4x4xf32>
}
