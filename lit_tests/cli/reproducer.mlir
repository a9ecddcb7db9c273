// A failing pass leaves the IR before it and the rest of the pipeline, which run again.
// RUN: not convopt %s -p "cse,conv-outline-kernels{target=cortex-a72},dce" --crash-reproducer=%t 2>/dev/null
// RUN: filecheck %s < %t
// RUN: not convopt %t --run-reproducer 2>&1 | filecheck %s --check-prefix=AGAIN

// CHECK:      // configuration: --pass-pipeline='builtin.module(conv-outline-kernels{target="cortex-a72"},dce)'
// CHECK-NEXT: builtin.module {
// AGAIN: error: pass 'conv-outline-kernels': expected one function, @main, with a body, found @f
func.func @f() {
  func.return
}
