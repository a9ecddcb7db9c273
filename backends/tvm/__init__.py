"""CUDA kernels through Apache TVM: a planned module becomes TVMScript, CUDA text and launch data."""
