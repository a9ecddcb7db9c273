"""Pass pipelines as text: `a,b{x=1}` and MLIR's `builtin.module(a{x=1},b)`."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import get_type_hints

from xdsl.passes import ModulePass
from xdsl.utils.arg_spec import ArgSpec
from xdsl.utils.arg_spec import parse_pipeline as parse_specs
from xdsl.utils.exceptions import ArgSpecParseError
from xdsl.utils.hints import type_repr

from convopt.errors import ConvoptError, UsageError
from convopt.passes.pipelines import PIPELINES
from convopt.passes.registry import PASSES
from convopt.suggestions import did_you_mean

PassFactory = Callable[[], type[ModulePass]]

_ANCHOR = "builtin.module"


@cache
def available_passes() -> dict[str, PassFactory]:
    """All passes that a pipeline may name: convopt's, then xDSL's."""
    from xdsl.transforms import get_all_passes

    return {**PASSES, **get_all_passes()}


def find_pass(name: str) -> type[ModulePass]:
    """The pass of that name; `UsageError` names the nearest one."""
    factory = available_passes().get(name)
    if factory is None:
        raise UsageError(f"unknown pass '{name}'{did_you_mean(name, available_passes())}")
    return factory()


def parse_pipeline(text: str, *, target: str | None = None) -> tuple[ModulePass, ...]:
    """The passes of a pipeline text, in order.

    A pass with an option `target` that the text leaves out gets `target`, when it is given.
    Raises `UsageError` for what is not a pipeline and for unknown passes, options and values.
    """
    return tuple(_instantiate(spec, target) for spec in _specs(_strip_anchor(text.strip())))


def named_pipeline(name: str, *, target: str | None = None) -> tuple[ModulePass, ...]:
    """The passes of a pipeline of convopt.passes.pipelines."""
    if name not in PIPELINES:
        known = ", ".join(PIPELINES)
        hint = did_you_mean(name, PIPELINES)
        raise UsageError(f"unknown pipeline '{name}': expected one of {known}{hint}")
    return passes_named(PIPELINES[name], target=target)


def passes_named(names: Sequence[str], *, target: str | None = None) -> tuple[ModulePass, ...]:
    """Passes without options, apart from the target of those that take one."""
    return tuple(_instantiate(ArgSpec(name, {}), target) for name in names)


def pipeline_text(passes: Sequence[ModulePass]) -> str:
    """MLIR's spelling of a pipeline; parses back to the same passes."""
    return f"{_ANCHOR}({','.join(str(step.spec()) for step in passes)})"


def _strip_anchor(text: str) -> str:
    if not text.startswith(_ANCHOR):
        return text
    inner = text[len(_ANCHOR) :].strip()
    if not (inner.startswith("(") and inner.endswith(")")):
        raise UsageError(f"expected '{_ANCHOR}(pass,...)', found '{text}'")
    return inner[1:-1].strip()


def _specs(text: str) -> Iterator[ArgSpec]:
    try:
        yield from list(parse_specs(text))
    except ArgSpecParseError as error:
        raise UsageError(f"in pass pipeline '{text}': {_last_words(error)}") from error


def _last_words(error: ArgSpecParseError) -> str:
    """The message without the drawing of the text that xDSL puts around it."""
    lines = [line.strip(" ^") for line in str(error).splitlines()]
    return next((line for line in reversed(lines) if line), "syntax error")


def _instantiate(spec: ArgSpec, target: str | None) -> ModulePass:
    found = find_pass(spec.name)
    given = spec.normalize_parameter_names().parameters
    options = {field.name: field for field in dataclasses.fields(found) if field.init}
    for option in given:
        if option not in options:
            known = f"its options are {', '.join(options)}" if options else "it has no options"
            hint = did_you_mean(option, options)
            raise UsageError(f"pass '{spec.name}': unknown option '{option}': {known}{hint}")
    if target is not None and "target" in options and "target" not in given:
        given = {**given, "target": (target,)}
    try:
        return found.from_spec(ArgSpec(spec.name, given))
    except ConvoptError as error:
        raise UsageError(f"pass '{spec.name}': {error}") from error
    except ValueError as error:
        raise UsageError(f"pass '{spec.name}': {_explain(found, given, error)}") from error


def _explain(
    found: type[ModulePass], given: Mapping[str, Sequence[object]], error: Exception
) -> str:
    """What the options' types are, when a value of the wrong type was the mistake."""
    if "ncompatible types" not in str(error):
        return str(error)
    types = get_type_hints(found)
    return "; ".join(
        f"option '{name}': expected {type_repr(types[name])}, found {','.join(map(str, values))}"
        for name, values in given.items()
    )
