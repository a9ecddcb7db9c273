"""Printing and parsing each other's output, over all lit tests of the dialect."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from xdsl.dialects.builtin import ModuleOp

from convopt.convdialect.dialect import Conv

CASES = sorted((Path(__file__).parents[2] / "lit_tests" / "dialect").glob("*.mlir"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("locations", [False, True])
@pytest.mark.parametrize("generic", [False, True])
def test_printed_text_parses_to_the_same_module(
    case: Path,
    generic: bool,
    locations: bool,
    parse: Callable[[str], ModuleOp],
    print_ir: Callable[..., str],
) -> None:
    module = parse(case.read_text())
    module.verify()
    again = parse(print_ir(module, print_generic_format=generic, print_debuginfo=locations))
    again.verify()
    assert module.is_structurally_equivalent(again)
    assert print_ir(again, print_debuginfo=locations) == print_ir(module, print_debuginfo=locations)


def test_every_operation_has_a_round_trip() -> None:
    text = "\n".join(case.read_text() for case in CASES)
    missing = [op.name for op in Conv.operations if not re.search(rf"{op.name}[ (]", text)]
    assert missing == []


def test_locations_survive_the_text(
    parse: Callable[[str], ModuleOp], print_ir: Callable[..., str]
) -> None:
    module = parse(next(case for case in CASES if case.stem == "locations").read_text())
    again = parse(print_ir(module, print_debuginfo=True))
    found = [op.location for op in again.walk()]
    assert found == [op.location for op in module.walk()]
    assert any('"features.0/Conv"' in str(location) for location in found)
