"""What `xdsl-opt` and the other xDSL tools learn from convopt: its dialect and passes.

The entry point `xdsl.universe` loads this module at every start of every xDSL tool, so it imports
neither the dialect nor a pass.
"""

from xdsl.ir import Dialect
from xdsl.universe import Universe

from convopt.passes.registry import PASSES


def _conv() -> Dialect:
    from convopt.convdialect.dialect import Conv

    return Conv


CONVOPT_UNIVERSE = Universe(all_dialects={"conv": _conv}, all_passes=dict(PASSES))
