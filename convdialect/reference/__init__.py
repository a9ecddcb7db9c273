"""What conv modules mean, executable: NumPy semantics for every operation.

`run(module, inputs)` runs a function of a module through xDSL's interpreter; it serves to compare
a module before and after a pass, and compiled code with what it should compute.
"""

from convopt.convdialect.reference.execution import run

__all__ = ["run"]
