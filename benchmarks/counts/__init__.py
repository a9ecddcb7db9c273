"""Exact dynamic counts of AArch64 kernels, from an emulator."""
