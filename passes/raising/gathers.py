"""Elements that are read at positions known in advance: the nearest neighbours of a resize."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.ir import SSAValue

from convopt.convdialect.attributes import ResizeCoordinates, ResizeMode
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.resize import ResizeOp
from convopt.convdialect.resampling import nearest_sources
from convopt.passes.raising.elementwise import result_loops
from convopt.passes.raising.scalars import Gathered
from convopt.passes.raising.values import Raising, RaisingError

_COORDINATES = (ResizeCoordinates.ASYMMETRIC, ResizeCoordinates.HALF_PIXEL)
_IMAGE_LOOPS = (0, 1, 2, 3)


def raise_gather(
    raising: Raising, op: LinalgStructuredOperation, index: int, gathered: Gathered
) -> SSAValue:
    """`conv.resize nearest`, where the rows and columns that are read are those of one."""
    taken = tensor_of(gathered.tensor).get_shape()
    made = tensor_of(op.results[index]).get_shape()
    is_image = len(taken) == 4 and result_loops(op, index) == _IMAGE_LOOPS
    if is_image and taken[:2] == made[:2]:
        for coordinates in _COORDINATES:
            rows, columns = (
                nearest_sources(taken[axis], made[axis], coordinates) for axis in (2, 3)
            )
            sources = [range(made[0]), range(made[1]), rows, columns]
            if _reads(gathered, sources, made):
                image = raising.value(gathered.tensor, op)
                resize = ResizeOp(image, (made[2], made[3]), ResizeMode.NEAREST, coordinates)
                return raising.emit(resize)
    raise RaisingError(op, "expected to read the nearest neighbours of an image, found others")


def _reads(gathered: Gathered, sources: Sequence[Sequence[int]], shape: Sequence[int]) -> bool:
    """Whether each axis is read at its sources, the same along all other axes."""
    for axis, (positions, source) in enumerate(zip(gathered.positions, sources, strict=True)):
        along = np.array(source).reshape([-1 if at == axis else 1 for at in range(len(shape))])
        if not bool((np.broadcast_to(positions, shape) == along).all()):
            return False
    return True
