"""Elements that convolutions and fused modules move between levels of memory.

Pure functions of shapes, tiles and a target's data. GPUs: between global and shared memory. CPUs:
between registers, L1, L2 and what lies beyond. One accounting for fused and unfused.
"""
