"""Benchmarks of another machine: all of them in one folder, with Python there or without."""
