"""CUDA kernels through Apache TVM: planned modules become TVMScript, CUDA and launch data."""
