"""Cache misses of emulated AArch64 code, for `convopt-bench misses`."""
