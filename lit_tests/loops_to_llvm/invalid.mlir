// RUN: not convopt %s -p conv-loops-to-llvm 2>&1 | filecheck %s

// CHECK: conv-loops-to-llvm: no translation of math.exp; expected an operation of kernel level
func.func private @f(%x : f32) {
  %y = math.exp %x : f32
  func.return
}
