"""The networks of the benchmark as ONNX, with random weights: a file a family."""

from convopt.benchmarks.networks.catalogue import NAMES, build

__all__ = ["NAMES", "build"]
