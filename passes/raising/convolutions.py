"""Named convolutions and matrix products become `conv.conv2d`."""

from collections.abc import Sequence

from xdsl.dialects.linalg.abstract_ops import NamedOperation
from xdsl.ir import Operation, Region, SSAValue
from xdsl.ir.affine import AffineDimExpr

from convopt.convdialect.linalg.forms import CONVOLUTIONS, MATRIX_PRODUCTS, ConvolutionForm
from convopt.convdialect.ops.convolution import Conv2DOp
from convopt.convdialect.regions import ScalarBuilder, build_region
from convopt.passes.raising.axes import joined, parted
from convopt.passes.raising.bodies import maps_of
from convopt.passes.raising.start_values import channel_values, number_of, spread_of
from convopt.passes.raising.values import Raising, RaisingError
from convopt.passes.raising.windows import covered, sizes_of, surplus_of, window_of

IMAGES = ("n", "gc", "h", "w")
FILTERS = ("gf", "c", "h", "w")
RESULTS = ("n", "gf", "h", "w")


def raise_convolution(raising: Raising, op: Operation, index: int) -> SSAValue:
    """A named convolution, with what it adds to as the start of its epilogue."""
    assert isinstance(op, NamedOperation)
    return _raised(raising, op, CONVOLUTIONS[op.name])


def raise_matrix_product(raising: Raising, op: Operation, index: int) -> SSAValue:
    """A matrix product: a 1x1 convolution of an image for each row."""
    assert isinstance(op, NamedOperation)
    form = MATRIX_PRODUCTS[op.name]
    if op.name == "linalg.matmul":
        form = _form_by_maps(op)
    return _raised(raising, op, form)


def _form_by_maps(op: NamedOperation) -> ConvolutionForm:
    """The form of linalg.matmul, whose maps may say that an operand is transposed."""
    words = [
        "".join("nfc"[each.position] for each in map_.results if isinstance(each, AffineDimExpr))
        for map_ in maps_of(op)
    ]
    if [*map(sorted, words[:2]), words[2]] != [["c", "n"], ["c", "f"], "nf"]:
        found = ", ".join(str(map_) for map_ in maps_of(op))
        raise RaisingError(op, f"expected indexing maps of a product of matrices, found {found}")
    return ConvolutionForm(*words)


def _raised(raising: Raising, op: NamedOperation, form: ConvolutionForm) -> SSAValue:
    (input_, filter_), (start,) = op.inputs, op.outputs
    sizes = sizes_of(form.result, op.results[0])
    window = window_of(op, form.spatial, sizes_of(form.filter, filter_))
    surplus = surplus_of(window, sizes_of(form.input, input_), sizes)
    image = joined(raising, covered(raising, op, input_, form.input, surplus), form.input, IMAGES)
    weights = joined(raising, raising.value(filter_, op), form.filter, FILTERS)
    extras, epilogue = _start(raising, op, start, form.result, sizes)
    convolution = Conv2DOp(
        image,
        weights,
        stride=window.stride,
        dilation=window.dilation,
        groups=sizes.get("g", 1),
        extras=extras,
        epilogue=epilogue,
    )
    return parted(raising, raising.emit(convolution), RESULTS, form.result, sizes)


def _start(
    raising: Raising, op: Operation, start: SSAValue, axes: Sequence[str], sizes: dict[str, int]
) -> tuple[list[SSAValue], Region | None]:
    """What an epilogue adds to the sums: its operands, and the region."""
    number = number_of(start)
    if number == 0.0:
        return [], None
    if number is not None:
        return [], build_region(1, lambda values, b: b.add(values[0], b.constant(number)))
    spread = spread_of(raising, start)
    extra = None if spread is None else channel_values(raising, spread, axes, sizes)
    if extra is None:
        extra = joined(raising, raising.value(start, op), axes, RESULTS)
    return [extra], build_region(2, _sum)


def _sum(values: Sequence[SSAValue], b: ScalarBuilder) -> SSAValue:
    return b.add(*values)
