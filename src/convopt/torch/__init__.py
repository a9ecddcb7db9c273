"""convopt in PyTorch.

    model = torch.compile(model, backend="convopt")
    with torch.no_grad():
        y = model(x)
    print(convopt.torch.explain(model, x))

Convolutions with their neighbours are compiled by convopt, the rest by inductor. Names are imported
when they are first used.
"""

import importlib
from typing import TYPE_CHECKING

from convopt.errors import ConvoptError

if TYPE_CHECKING:
    from convopt.torch.depthwise import depthwise_conv2d
    from convopt.torch.explaining import Explanation, explain
    from convopt.torch.options import Options
    from convopt.torch.report import GraphReport, collect

__all__ = ["Explanation", "GraphReport", "Options", "collect", "depthwise_conv2d", "explain"]

_HOME = {
    "Explanation": "convopt.torch.explaining",
    "GraphReport": "convopt.torch.report",
    "Options": "convopt.torch.options",
    "collect": "convopt.torch.report",
    "depthwise_conv2d": "convopt.torch.depthwise",
    "explain": "convopt.torch.explaining",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'convopt.torch' has no attribute '{name}'")
    try:
        value = getattr(importlib.import_module(_HOME[name]), name)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise ConvoptError(
            "expected the package torch for convopt.torch, found none; pip install 'convopt[torch]'"
        ) from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
