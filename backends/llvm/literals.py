"""Types and constants in LLVM IR's spelling."""

import struct
from functools import lru_cache

from xdsl.dialects import llvm
from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
    Float32Type,
    Float64Type,
    FloatAttr,
    IntegerAttr,
    IntegerType,
    VectorType,
)
from xdsl.ir import Attribute

from convopt.convdialect.errors import ConvoptError


@lru_cache(maxsize=1024)
def type_text(attribute: Attribute) -> str:
    """`<16 x float>` for `vector<16xf32>`; ConvoptError for a type without such a spelling."""
    match attribute:
        case llvm.LLVMPointerType():
            return "ptr"
        case Float32Type():
            return "float"
        case Float64Type():
            return "double"
        case IntegerType():
            return f"i{attribute.width.data}"
        case VectorType() if (
            attribute.get_num_dims() == 1 and not attribute.get_num_scalable_dims()
        ):
            return f"<{attribute.get_shape()[0]} x {type_text(attribute.element_type)}>"
        case llvm.LLVMVoidType():
            return "void"
        case _:
            raise ConvoptError(f"expected a type that LLVM IR has, found {attribute}")


@lru_cache(maxsize=1024)
def intrinsic_suffix(attribute: Attribute) -> str:
    """`v16f32` for `vector<16xf32>`: how LLVM marks an intrinsic's type in its name."""
    if isinstance(attribute, VectorType):
        return f"v{attribute.get_shape()[0]}{attribute.element_type}"
    return str(attribute)


def constant_text(value: Attribute) -> str:
    """The constant without its type."""
    match value:
        case IntegerAttr():
            return str(value.value.data)
        case FloatAttr():
            return _float_text(value.value.data)
        case DenseIntOrFPElementsAttr() if isinstance(value.type, VectorType):
            element_type = value.type.element_type
            element = type_text(element_type)
            texts = [
                f"{element} {_float_text(number) if isinstance(number, float) else number}"
                for number in value.get_values()
            ]
            if value.is_splat():
                return f"splat ({texts[0]})"
            return f"<{', '.join(texts)}>"
        case _:
            raise ConvoptError(f"expected a number or a vector of numbers, found {value}")


def _float_text(value: float) -> str:
    """A float's bits as those of a double: exact, NaN and infinities included."""
    return f"0x{struct.pack('>d', value).hex().upper()}"
