"""One convolution as a function call, compiled at the first call and kept."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from convopt.backends.targets import cpu_target
from convopt.cache import artifact_key, user_cache
from convopt.errors import ConvoptError
from convopt.layer_signature import LayerSignature
from convopt.suggestions import did_you_mean

if TYPE_CHECKING:
    from convopt.runtime.compiled_model import CompiledModel

Array: TypeAlias = npt.NDArray[np.float32]
Pair: TypeAlias = int | tuple[int, int]
Padding: TypeAlias = int | tuple[int, int] | tuple[int, int, int, int]
Activation: TypeAlias = str | tuple[float, float] | None

ACTIVATIONS = ("relu", "relu6", "hard_sigmoid", "hard_swish", "sigmoid", "silu", "tanh")

_KEPT_LAYERS = 64


_lock = threading.Lock()
_layers: "OrderedDict[tuple[LayerSignature, str], CompiledModel]" = OrderedDict()


def conv2d(
    x: Array,
    weights: Array,
    bias: Array | None = None,
    *,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
    activation: Activation = None,
    target: str = "host",
    threads: int = 1,
) -> Array:
    """The convolution of `x` [N, C, H, W] with `weights` [O, C / groups, KH, KW], all float32.

    `bias` is [O]. `stride` and `dilation` are a number or (height, width); `padding` is a number,
    (height, width) or (top, left, bottom, right). `activation` is one of `ACTIVATIONS` or the two
    bounds of a clamp. The layer is compiled when shapes, parameters or weights are new, which takes
    a fraction of a second; `convopt.compile` is the way for whole models. Raises ConvoptError.
    """
    if not _is_size(groups, 1):
        raise ConvoptError(f"groups: expected a number of at least 1, found {groups!r}")
    for name, array, rank in (("x", x, 4), ("weights", weights, 4), ("bias", bias, 1)):
        if array is not None:
            _check_array(name, array, rank)
    signature = LayerSignature(
        x.shape,
        weights.shape,
        bias is not None,
        _pair("stride", stride, 1),
        _padding(padding),
        _pair("dilation", dilation, 1),
        groups,
        _activation(activation),
        target,
        threads,
    )
    result = _compiled(signature, weights, bias)(x)
    assert isinstance(result, np.ndarray)
    return result


def _compiled(signature: LayerSignature, weights: Array, bias: Array | None) -> "CompiledModel":
    digest = hashlib.sha256()
    for array in (weights, bias):
        if array is not None:
            digest.update(np.ascontiguousarray(array).data)
    key = (signature, digest.hexdigest())
    with _lock:
        layer = _layers.get(key)
        if layer is None:
            layer = _layers[key] = _build(signature, weights, bias, digest.hexdigest())
            if len(_layers) > _KEPT_LAYERS:
                _layers.popitem(last=False)
        _layers.move_to_end(key)
    return layer


def _build(
    signature: LayerSignature, weights: Array, bias: Array | None, digest: str
) -> "CompiledModel":
    from convopt.compiler import load_artifact
    from convopt.runtime.compiled_model import CompiledModel

    target = cpu_target(signature.target)
    parts = {"layer": asdict(signature), "weights": digest, "target": asdict(target)}
    key, store = artifact_key(parts), user_cache()
    artifact = load_artifact(store, key)
    if artifact is None:
        from convopt.build import Builder
        from convopt.layer_model import layer_model

        builder = Builder(target, signature.target, is_stepped=True)
        artifact = builder.build(layer_model(signature, weights, bias), "conv2d")
        store.store(key, artifact.to_bytes())
    return CompiledModel(artifact, target, signature.threads)


def _check_array(name: str, array: object, rank: int) -> None:
    if not isinstance(array, np.ndarray):
        raise ConvoptError(f"{name}: expected a NumPy array, found {type(array).__name__}")
    if array.dtype != np.float32:
        raise ConvoptError(f"{name}: expected float32, found {array.dtype}")
    if array.ndim != rank or 0 in array.shape:
        found = "x".join(map(str, array.shape)) or "scalar"
        raise ConvoptError(f"{name}: expected {rank} dimensions of at least 1, found {found}")


def _pair(name: str, value: object, least: int) -> tuple[int, int]:
    if _is_size(value, least):
        return value, value  # type: ignore[return-value]
    if isinstance(value, tuple) and len(value) == 2 and all(_is_size(one, least) for one in value):
        return value
    raise ConvoptError(
        f"{name}: expected a number of at least {least} or (height, width), found {value!r}"
    )


def _padding(value: object) -> tuple[int, int, int, int]:
    if isinstance(value, tuple) and len(value) == 4 and all(_is_size(one, 0) for one in value):
        return value
    try:
        rows, columns = _pair("padding", value, 0)
    except ConvoptError:
        raise ConvoptError(
            "padding: expected a number of at least 0, (height, width) or "
            f"(top, left, bottom, right), found {value!r}"
        ) from None
    return rows, columns, rows, columns


def _is_size(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _activation(value: object) -> str | tuple[float, float] | None:
    if value is None:
        return None
    if isinstance(value, str):
        if value in ACTIVATIONS:
            return value
        hint = did_you_mean(value, ACTIVATIONS)
        raise ConvoptError(
            f"activation: expected one of {', '.join(ACTIVATIONS)}, found '{value}'{hint}"
        )
    if isinstance(value, tuple) and len(value) == 2 and all(map(_is_number, value)):
        low, high = value
        if low <= high:
            return float(low), float(high)
    raise ConvoptError(
        f"activation: expected None, a name or the bounds (low, high), found {value!r}"
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
