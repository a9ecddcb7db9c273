"""Weights that MLIR text keeps at its end, after `{-#`, become constants in place.

MLIR prints `dense_resource<name>` where a large constant stands and its bytes once, as a blob: four
bytes of alignment, then the elements. xDSL keeps blobs as text beside all modules of a process, and
gives a name that a second module uses again to neither of them.
"""

from collections.abc import Iterator, Mapping
from math import prod

from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    BytesAttr,
    DenseIntOrFPElementsAttr,
    DenseResourceAttr,
    FixedBitwidthType,
    IntegerType,
    TensorType,
)
from xdsl.ir import Attribute, Operation

from convopt.errors import ConvoptError

Resources = Mapping[str, str]
"""Blobs by name, in hexadecimal digits behind `0x`."""

_ALIGNMENT_BYTES = 4


def fill_in_resources(op: Operation, resources: Resources) -> None:
    """Replaces `dense_resource` attributes of one operation whose blobs are there, by `dense`.

    Names without a blob stay. Raises ConvoptError for a blob that does not fit its type.
    """
    for attributes in (op.properties, op.attributes):
        for name, attribute, blob in _in_resources(attributes, resources):
            attributes[name] = _constant(attribute, blob)


def _in_resources(
    attributes: Mapping[str, Attribute], resources: Resources
) -> Iterator[tuple[str, DenseResourceAttr, str]]:
    for name, attribute in list(attributes.items()):
        if isinstance(attribute, DenseResourceAttr):
            blob = resources.get(attribute.resource_handle.data)
            if blob is not None:
                yield name, attribute, blob


def _constant(attribute: DenseResourceAttr, blob: str) -> DenseIntOrFPElementsAttr:
    what = f"dense_resource<{attribute.resource_handle.data}>"
    tensor = attribute.type
    if not isinstance(tensor, TensorType) or DYNAMIC_INDEX in tensor.get_shape():
        raise ConvoptError(f"{what}: expected a tensor of static shape, found {tensor}")
    element = tensor.element_type
    # Bits are stored packed or as bytes, by MLIR's version.
    if not isinstance(element, FixedBitwidthType) or element == IntegerType(1):
        raise ConvoptError(f"{what}: expected elements of whole bytes, found {tensor}")
    data = _bytes(what, blob)[_ALIGNMENT_BYTES:]
    expected = prod(tensor.get_shape()) * element.size
    if len(data) != expected:
        raise ConvoptError(f"{what}: expected {expected} bytes for {tensor}, found {len(data)}")
    return DenseIntOrFPElementsAttr(tensor, BytesAttr(data))


def _bytes(what: str, blob: str) -> bytes:
    if not blob.startswith("0x"):
        raise ConvoptError(f"{what}: expected a blob that starts with 0x, found '{blob[:16]}'")
    try:
        return bytes.fromhex(blob[2:])
    except ValueError as error:
        raise ConvoptError(f"{what}: expected pairs of hexadecimal digits ({error})") from error
