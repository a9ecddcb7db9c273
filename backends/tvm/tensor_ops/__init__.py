"""Kernels of what stands between convolutions."""
