"""The IR that each pass shows in its docstring is what it does."""

import pytest

from convopt.passes.pipelines import SIMPLIFY
from convopt.passes.registry import PASSES
from convopt.testing.passes import docstring_example, largest_difference, parse_module, run_passes


@pytest.mark.parametrize("name", SIMPLIFY)
def test_docstring_example(name: str) -> None:
    kind = PASSES[name]()
    before, after = (parse_module(text) for text in docstring_example(kind))
    found, remarks = run_passes(before, kind())
    assert found.is_structurally_equivalent(after), f"found:\n{found}\n\nexpected:\n{after}"
    assert largest_difference(before, found) < 1e-6
    assert [remark for remark in remarks if remark.pass_name == name and remark.kind == "passed"]


@pytest.mark.parametrize("name", SIMPLIFY)
def test_example_is_a_fixed_point(name: str) -> None:
    kind = PASSES[name]()
    after = parse_module(docstring_example(kind)[1])
    assert run_passes(after, kind())[0].is_structurally_equivalent(after)
