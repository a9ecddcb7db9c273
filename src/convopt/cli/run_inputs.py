"""What `convopt-run` feeds to a model: an image, an array, or random numbers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convopt.cli.run_options import RunOptions
from convopt.errors import ConvoptError, UsageError
from convopt.model import TensorSpec
from convopt.runtime.arguments import Array, check_array, check_names
from convopt.runtime.random_inputs import random_input

RANDOM = "random"


def make_inputs(specs: Sequence[TensorSpec], options: RunOptions) -> dict[str, Array]:
    """An array for every input of the model."""
    named = {name or specs[0].name: source for name, source in options.inputs}
    if len(named) < len(options.inputs):
        raise UsageError("--input: expected each input of the model once")
    check_names((spec.name for spec in specs), named, "input")
    random = np.random.default_rng(options.seed)
    feeds = {}
    for spec in specs:
        source = named.get(spec.name, RANDOM)
        feeds[spec.name] = (
            random_input(spec, random) if source == RANDOM else _read(spec, source, options)
        )
        check_array(spec, feeds[spec.name], "input")
    return feeds


def _read(spec: TensorSpec, source: str, options: RunOptions) -> Array:
    if source.endswith(".npy"):
        return _read_array(source)
    return _read_image(spec, source, options)


def _read_array(source: str) -> Array:
    try:
        array: Array = np.load(source, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ConvoptError(f"cannot read the array {source}: {error}") from error
    return array


def _read_image(spec: TensorSpec, source: str, options: RunOptions) -> Array:
    """An image as NCHW floats: resized to the input, 0 to 1, minus mean, divided by std."""
    if len(spec.shape) != 4 or spec.shape[1] not in (1, 3) or spec.dtype != "float32":
        raise ConvoptError(
            f"input '{spec.name}': expected float32 Nx1xHxW or Nx3xHxW to feed an image, "
            f"found {spec}"
        )
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise ConvoptError("expected pillow to read images: pip install pillow") from error
    images, channels, height, width = spec.shape
    try:
        with Image.open(Path(source)) as image:
            converted = image.convert("RGB" if channels == 3 else "L")
            pixels = np.asarray(converted.resize((width, height)), np.float32) / 255
    except UnidentifiedImageError as error:
        raise ConvoptError(f"expected an image or a .npy file, found {source}") from error
    except OSError as error:
        raise ConvoptError(f"cannot read the image {source}: {error}") from error
    planes = pixels.reshape(height, width, channels).transpose(2, 0, 1)
    mean, std = (_per_channel(numbers, channels) for numbers in (options.mean, options.std))
    normalised = ((planes - mean) / std).astype(np.float32)
    return np.ascontiguousarray(np.broadcast_to(normalised, (images, *normalised.shape)))


def _per_channel(numbers: Sequence[float], channels: int) -> Array:
    if len(numbers) not in (1, channels):
        raise UsageError(f"--mean, --std: expected 1 or {channels} numbers, found {len(numbers)}")
    return np.reshape(np.asarray(numbers, np.float64), (-1, 1, 1))
