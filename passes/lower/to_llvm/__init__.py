"""How conv-loops-to-llvm writes one function: values, addresses, operations, loops."""
