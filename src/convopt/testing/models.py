"""Real models and photographs that come with pip packages."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class RealModel:
    """A model in a package, the shape of its one input, and how an image becomes its input."""

    package: str
    file: str
    input_name: str
    shape: tuple[int, int, int, int]
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]

    @property
    def path(self) -> Path:
        return package_file(self.package, self.file)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {self.input_name: self.shape}

    def photograph(self) -> npt.NDArray[np.float32]:
        """A photograph of a temple that scikit-learn ships, resized and normalised."""
        from PIL import Image

        file = package_file("sklearn", "datasets/images/china.jpg")
        _, _, height, width = self.shape
        pixels = np.asarray(Image.open(file).resize((width, height)), np.float32) / 255
        normalised = (pixels - np.array(self.mean)) / np.array(self.deviation)
        planes: npt.NDArray[np.float32] = normalised.transpose(2, 0, 1)[None].astype(np.float32)
        return planes


REAL_MODELS = {
    "docorient": RealModel(
        "docorient",
        "models/orientation_detector.onnx",
        "image",
        (1, 3, 224, 224),
        (0.485, 0.456, 0.406),
        (0.229, 0.224, 0.225),
    ),
    "rapidocr-cls": RealModel(
        "rapidocr",
        "models/ch_ppocr_mobile_v2.0_cls_mobile.onnx",
        "x",
        (1, 3, 48, 192),
        (0.5, 0.5, 0.5),
        (0.5, 0.5, 0.5),
    ),
}


def package_file(package: str, file: str) -> Path:
    """A file of an installed package, found without importing the package."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"expected the package {package}: pip install 'convopt[test]'")
    return Path(next(iter(spec.submodule_search_locations))) / file
