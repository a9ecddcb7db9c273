"""Modelled memory traffic of layers apart and fused, for `convopt-bench traffic`."""
