"""The IR that the last two passes show in their docstrings is what they do."""

import re
from collections.abc import Callable

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from convopt.passes.pipelines import CODEGEN
from convopt.passes.registry import PASSES


@pytest.mark.parametrize("name", CODEGEN)
def test_codegen_docstring_example(parse: Callable[[str], ModuleOp], name: str) -> None:
    kind = PASSES[name]()
    before, after = re.findall(r"```mlir\n(.*?)```", kind.__doc__ or "", re.DOTALL)
    module = parse(before)
    kind().apply(Context(), module)
    assert str(module) == str(parse(after))
