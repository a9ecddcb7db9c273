"""Static shapes for the inputs of a model, from what it declares and what the user gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import onnx

from convopt.errors import ConvoptError
from convopt.suggestions import did_you_mean

Size = int | str | None
"""A dimension as declared: known, a symbol, or nothing at all."""

EXAMPLE_SIZE = 224


@dataclass(frozen=True)
class FixedInputs:
    """Shapes by input name; `notes` say which sizes were assumed."""

    shapes: dict[str, tuple[int, ...]]
    notes: tuple[str, ...]


def fix_inputs(
    inputs: Sequence[onnx.ValueInfoProto], shapes: Mapping[str, Sequence[int]]
) -> FixedInputs:
    """A static shape for every tensor input.

    Sizes come from `shapes`, from equal symbols in other inputs, and from the declaration. Where
    only the first of several dimensions is open it is a batch, and 1. Raises ConvoptError for
    names and shapes that do not fit the declaration, and when dimensions stay open.
    """
    declared = {
        value.name: declared_shape(value.type)
        for value in inputs
        if value.type.HasField("tensor_type")
    }
    _check_names(shapes, declared)
    symbols: dict[str, int] = {}
    for name, given in shapes.items():
        _bind(name, declared[name], tuple(given), symbols)
    resolved = {
        name: tuple(shapes[name]) if name in shapes else _substituted(shape, symbols)
        for name, shape in declared.items()
    }
    notes = []
    for name, shape in resolved.items():
        if shape is not None and len(shape) > 1 and _open_dimensions(shape) == [0]:
            notes.append(f"input '{name}' is declared {shape_text(declared[name])}: batch of 1")
            if isinstance(shape[0], str):
                symbols[shape[0]] = 1
            resolved[name] = (1, *shape[1:])
    resolved = {name: _substituted(shape, symbols) for name, shape in resolved.items()}
    return FixedInputs(_static(resolved, declared), tuple(notes))


def declared_shape(type_proto: onnx.TypeProto) -> tuple[Size, ...] | None:
    """The declared dimensions of a tensor type; None when not even their number is declared."""
    tensor = type_proto.tensor_type
    if not tensor.HasField("shape"):
        return None
    return tuple(_size(dimension) for dimension in tensor.shape.dim)


def _size(dimension: onnx.TensorShapeProto.Dimension) -> Size:
    # Exporters write open sizes as 0, -1 and '?', too.
    if dimension.HasField("dim_value"):
        return dimension.dim_value if dimension.dim_value > 0 else None
    symbol = dimension.dim_param
    return symbol if symbol and symbol != "?" else None


def shape_text(shape: Sequence[Size] | None) -> str:
    """`[batch, 3, ?, ?]`"""
    if shape is None:
        return "without a shape"
    return f"[{', '.join('?' if size is None else str(size) for size in shape)}]"


def _check_names(
    shapes: Mapping[str, Sequence[int]], declared: Mapping[str, tuple[Size, ...] | None]
) -> None:
    for name in shapes:
        if name not in declared:
            known = ", ".join(f"'{each}'" for each in declared) or "none"
            raise ConvoptError(
                f"shapes: expected names of inputs ({known}), found '{name}'"
                f"{did_you_mean(name, declared)}"
            )


def _bind(
    name: str, shape: tuple[Size, ...] | None, given: tuple[int, ...], symbols: dict[str, int]
) -> None:
    """Checks a given shape against the declared one and notes what its symbols stand for."""
    if any(not isinstance(size, int) or isinstance(size, bool) or size < 1 for size in given):
        raise ConvoptError(
            f"input '{name}': expected positive integers as its shape, found {given}"
        )
    if shape is None:
        return
    if len(shape) != len(given):
        raise ConvoptError(
            f"input '{name}': expected {len(shape)} dimensions, declared {shape_text(shape)}, "
            f"found {len(given)} in {given}"
        )
    for axis, (size, found) in enumerate(zip(shape, given, strict=True)):
        expected = symbols.setdefault(size, found) if isinstance(size, str) else size
        if expected not in (None, found):
            raise ConvoptError(
                f"input '{name}': expected {expected} at dimension {axis}, declared "
                f"{shape_text(shape)}, found {found} in {given}"
            )


def _substituted(
    shape: tuple[Size, ...] | None, symbols: Mapping[str, int]
) -> tuple[Size, ...] | None:
    if shape is None:
        return None
    return tuple(symbols.get(size, size) if isinstance(size, str) else size for size in shape)


def _open_dimensions(shape: Sequence[Size]) -> list[int]:
    return [axis for axis, size in enumerate(shape) if not isinstance(size, int)]


def _static(
    resolved: Mapping[str, tuple[Size, ...] | None],
    declared: Mapping[str, tuple[Size, ...] | None],
) -> dict[str, tuple[int, ...]]:
    static: dict[str, tuple[int, ...]] = {}
    missing: dict[str, tuple[int, ...]] = {}
    for name, shape in resolved.items():
        if shape is not None and not _open_dimensions(shape):
            static[name] = tuple(size for size in shape if isinstance(size, int))
        else:
            missing[name] = _example(shape)
    if not missing:
        return static
    found = "; ".join(f"input '{name}' is {shape_text(declared[name])}" for name in missing)
    flags = " ".join(
        f"--shape {name}={'x'.join(str(size) for size in shape)}" for name, shape in missing.items()
    )
    raise ConvoptError(
        f"expected inputs of known shape, found open dimensions: {found}. "
        f"Give them, for example: shapes={missing} or {flags}"
    )


def _example(shape: tuple[Size, ...] | None) -> tuple[int, ...]:
    if shape is None:
        return (1, 3, EXAMPLE_SIZE, EXAMPLE_SIZE)
    return tuple(
        size if isinstance(size, int) else 1 if axis == 0 else EXAMPLE_SIZE
        for axis, size in enumerate(shape)
    )
