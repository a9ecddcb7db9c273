"""Checks of what users hand to a compiled model, each with what was expected and what was found."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from convopt.errors import ConvoptError
from convopt.model import TensorSpec
from convopt.suggestions import did_you_mean

Array: TypeAlias = npt.NDArray[Any]


def bind(
    specs: Sequence[TensorSpec], positional: Sequence[Array], named: Mapping[str, Array]
) -> dict[str, Array]:
    """Every input by name, from arguments in the model's order and by keyword."""
    return checked_inputs(specs, bind_names(specs, positional, named))


def bind_names(
    specs: Sequence[TensorSpec], positional: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    """What was given for each input, by its name; no check that it is all, and of the right kind.

    Raises ConvoptError for too many, and for one that is there twice.
    """
    if len(positional) > len(specs):
        raise ConvoptError(
            f"expected {len(specs)} inputs ({_listed(specs)}), found {len(positional)}"
        )
    bound = {spec.name: array for spec, array in zip(specs, positional, strict=False)}
    for name in named:
        if name in bound:
            raise ConvoptError(f"expected input '{name}' once, found it twice")
    return {**bound, **named}


def checked_inputs(specs: Sequence[TensorSpec], feeds: Mapping[str, Array]) -> dict[str, Array]:
    """The feeds, when they are exactly the model's inputs with their shapes and types."""
    check_given(specs, feeds)
    for spec in specs:
        check_array(spec, feeds[spec.name], "input")
    return dict(feeds)


def check_given(specs: Sequence[TensorSpec], feeds: Mapping[str, object]) -> None:
    """Raise ConvoptError for an input that is missing, and for a name that is none."""
    check_names((spec.name for spec in specs), feeds, "input")
    missing = [spec for spec in specs if spec.name not in feeds]
    if missing:
        raise ConvoptError(f"expected the inputs {_listed(specs)}; missing: {_listed(missing)}")


def check_names(known: Iterable[str], given: Iterable[str], kind: str) -> None:
    """Raise ConvoptError for a name that the model does not have."""
    names = list(known)
    for name in given:
        if name not in names:
            hint = did_you_mean(name, names)
            raise ConvoptError(
                f"expected the {kind}s {', '.join(names)}; found an {kind} '{name}'{hint}"
            )


def check_array(spec: TensorSpec, array: object, kind: str) -> None:
    """Raise ConvoptError unless `array` is a NumPy array of the spec's type and shape."""
    if not isinstance(array, np.ndarray):
        found = type(array).__name__
        raise ConvoptError(f"{kind} '{spec.name}': expected a NumPy array, found {found}")
    if array.dtype != spec.dtype:
        raise ConvoptError(f"{kind} '{spec.name}': expected {spec.dtype}, found {array.dtype}")
    if spec.static and array.shape != spec.shape:
        found = "x".join(map(str, array.shape)) or "scalar"
        raise ConvoptError(
            f"{kind} '{spec.name}': expected the shape {spec.shape_text}, found {found}"
        )


def check_out(spec: TensorSpec, array: Array) -> None:
    """Raise ConvoptError unless a result can be written into `array` as it lies."""
    check_array(spec, array, "output")
    flags = array.flags
    if not (flags.c_contiguous and flags.aligned and flags.writeable):
        raise ConvoptError(
            f"output '{spec.name}': expected a writeable, aligned, C-contiguous array to write to"
        )


def ready(array: Array) -> Array:
    """The array itself, or a copy, so that compiled code can read it: dense, floats aligned."""
    if array.flags.c_contiguous and array.flags.aligned and array.dtype.isnative:
        return array
    return np.array(array, dtype=array.dtype.newbyteorder("="), order="C", copy=True)


def _listed(specs: Sequence[TensorSpec]) -> str:
    return ", ".join(map(str, specs))
