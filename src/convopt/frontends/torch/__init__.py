"""Graphs of ATen operators, as PyTorch's compiler and exporter make them, as level 1 IR."""
