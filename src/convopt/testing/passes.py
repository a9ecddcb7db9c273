"""Running single passes on IR text, and comparing what modules compute before and after."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.arith import Arith
from xdsl.dialects.builtin import Builtin, ModuleOp, TensorType
from xdsl.dialects.func import Func, FuncOp
from xdsl.dialects.math import Math
from xdsl.dialects.tensor import Tensor
from xdsl.parser import Parser
from xdsl.passes import ModulePass
from xdsl.traits import SymbolTable

from convopt.convdialect import reference
from convopt.convdialect.dialect import Conv
from convopt.convdialect.linalg.dialect import extended_linalg
from convopt.passes import remarks
from convopt.passes.remarks import Remark

Array = npt.NDArray[np.float64]


def parse_module(text: str) -> ModuleOp:
    """A verified module of tensor operations (levels 1 to 3), and what is raised to them."""
    context = Context()
    for dialect in (Builtin, Arith, Func, Math, Conv, Tensor, extended_linalg()):
        context.load_dialect(dialect)
    module = Parser(context, text).parse_module()
    module.verify()
    return module


def run_passes(module: ModuleOp, *passes: ModulePass) -> tuple[ModuleOp, list[Remark]]:
    """A copy of the module after the passes, verified after each, and their remarks."""
    result = module.clone()
    with remarks.collect() as found:
        for each in passes:
            each.apply(Context(), result)
            result.verify()
    return result, found


def random_inputs(module: ModuleOp, seed: int = 0) -> list[Array]:
    """Standard normal values for the arguments of `main`."""
    rng = np.random.default_rng(seed)
    main = SymbolTable.lookup_symbol(module, "main")
    assert isinstance(main, FuncOp)
    shapes = [each.type.get_shape() for each in main.args if isinstance(each.type, TensorType)]
    return [rng.standard_normal(shape) for shape in shapes]


def largest_difference(before: ModuleOp, after: ModuleOp, seed: int = 0) -> float:
    """The largest difference of what two modules compute in float64, relative to the largest value.

    NaN where anything is NaN in one of them only.
    """
    inputs = random_inputs(before, seed)
    pairs = zip(reference.run(before, inputs), reference.run(after, inputs), strict=True)
    return max(_relative_difference(expected, found) for expected, found in pairs)


def _relative_difference(expected: Array, found: Array) -> float:
    assert expected.shape == found.shape
    both_nan = np.isnan(expected) & np.isnan(found)
    difference = np.where(both_nan, 0.0, np.abs(expected - found))
    scale = np.abs(np.where(both_nan, 0.0, expected)).max(initial=0.0)
    return float(difference.max(initial=0.0) / max(scale, 1e-30))


def op_names(module: ModuleOp) -> list[str]:
    """The operations of `main` in order, without constants and without the final return."""
    main = SymbolTable.lookup_symbol(module, "main")
    assert isinstance(main, FuncOp)
    names = [op.name for op in main.body.block.ops]
    return [name for name in names if name not in ("arith.constant", "func.return")]


def docstring_example(kind: type[ModulePass]) -> tuple[str, str]:
    """The IR before and after a pass that its docstring shows: the two blocks fenced as mlir."""
    blocks: Sequence[str] = re.findall(r"```mlir\n(.*?)```", kind.__doc__ or "", re.DOTALL)
    if len(blocks) != 2:
        raise AssertionError(f"{kind.name}: expected two mlir blocks, found {len(blocks)}")
    before, after = blocks
    return before, after
