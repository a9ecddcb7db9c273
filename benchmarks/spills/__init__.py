"""Whether the innermost loops of layers' kernels move vector registers to and from the stack."""
