"""Which function raises which operation."""

from collections.abc import Mapping

from convopt.convdialect.dialect import Conv
from convopt.convdialect.linalg.forms import CONVOLUTIONS, MATRIX_PRODUCTS, POOLINGS
from convopt.passes.raising.convolutions import raise_convolution, raise_matrix_product
from convopt.passes.raising.pooling import raise_pooling
from convopt.passes.raising.structure import (
    raise_broadcast,
    raise_concat,
    raise_constant,
    raise_empty,
    raise_extract_slice,
    raise_fill,
    raise_insert_slice,
    raise_own,
    raise_pad,
    raise_reshape,
    raise_transpose,
)
from convopt.passes.raising.structured import raise_structured
from convopt.passes.raising.values import Converter

_STRUCTURED = (
    "linalg.add",
    "linalg.copy",
    "linalg.exp",
    "linalg.generic",
    "linalg.max",
    "linalg.min",
    "linalg.mul",
    "linalg.sqrt",
    "linalg.sub",
)

CONVERTERS: Mapping[str, Converter] = {
    **{kind.name: raise_own for kind in Conv.operations},
    **dict.fromkeys(CONVOLUTIONS, raise_convolution),
    **dict.fromkeys(MATRIX_PRODUCTS, raise_matrix_product),
    **dict.fromkeys(POOLINGS, raise_pooling),
    **dict.fromkeys(_STRUCTURED, raise_structured),
    "arith.constant": raise_constant,
    "linalg.broadcast": raise_broadcast,
    "linalg.fill": raise_fill,
    "linalg.transpose": raise_transpose,
    "tensor.cast": raise_reshape,
    "tensor.collapse_shape": raise_reshape,
    "tensor.concat": raise_concat,
    "tensor.empty": raise_empty,
    "tensor.expand_shape": raise_reshape,
    "tensor.extract_slice": raise_extract_slice,
    "tensor.insert_slice": raise_insert_slice,
    "tensor.pad": raise_pad,
    "tensor.reshape": raise_reshape,
}
