"""Modules of layers, fused and separate, beside other libraries."""
