"""Networks by name, as the layer tables call them."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from convopt.benchmarks.networks import (
    efficientnet_b0,
    grouped_blocks,
    inverted_residuals,
    mobilenet_v1,
    resnext,
    xception,
)
from convopt.errors import ConvoptError
from convopt.suggestions import did_you_mean

if TYPE_CHECKING:
    from onnx import ModelProto

IMAGE_SIZE = 224
SMALL_IMAGE_SIZE = 32

GROUPS = {"g1": 1, "g2": 2, "g4": 4, "g8": 8, "g16": 16, "gC": None}
"""Of the blocks G(g); gC, elsewhere called G(N): as many groups as channels."""

_SMALL_IMAGES: dict[str, Callable[[str, int], "ModelProto"]] = {
    f"wrn40_2_{suffix}": partial(grouped_blocks.build_wrn40_2, groups=groups)
    for suffix, groups in GROUPS.items()
}
_IMAGES: dict[str, Callable[[str, int], "ModelProto"]] = {
    "mobilenet_v1": mobilenet_v1.build,
    "mobilenet_v2": inverted_residuals.build_mobilenet_v2,
    "proxyless_gprox3": inverted_residuals.build_proxyless_gprox3,
    "efficientnet_b0": efficientnet_b0.build,
    "resnext50_32x4d": resnext.build,
    **{
        f"resnet34_{suffix}": partial(grouped_blocks.build_resnet34, groups=groups)
        for suffix, groups in GROUPS.items()
        if groups != 1
    },
    "xception": xception.build,
}
_BUILDERS = {**_IMAGES, **_SMALL_IMAGES}

NAMES = tuple(_BUILDERS)


def build(name: str, size: int | None = None) -> "ModelProto":
    """A network for images of 3 channels, `size` high and wide (its usual size unless given).

    Batch 1, one output of scores. Equal calls give equal models. Raises ConvoptError for other
    names.
    """
    if name not in _BUILDERS:
        raise ConvoptError(
            f"expected a network out of {', '.join(NAMES)}, "
            f"found '{name}'{did_you_mean(name, NAMES)}"
        )
    usual = IMAGE_SIZE if name in _IMAGES else SMALL_IMAGE_SIZE
    return _BUILDERS[name](name, size or usual)
