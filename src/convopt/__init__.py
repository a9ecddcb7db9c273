"""convopt: a compiler for networks of grouped, depthwise and pointwise convolutions.

    import convopt

    run = convopt.compile("model.onnx", target="host", threads=1)
    y = run(x)

Names are imported when they are first used: `import convopt` itself imports no other package.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convopt.compiler import Plan, compile, emit, load, optimize
    from convopt.errors import ConvoptError
    from convopt.layer import conv2d
    from convopt.model import Model
    from convopt.runtime.compiled_model import CompiledModel

__all__ = [
    "CompiledModel",
    "ConvoptError",
    "Model",
    "Plan",
    "compile",
    "conv2d",
    "emit",
    "load",
    "optimize",
    "torch",
]

_HOME = {
    "CompiledModel": "convopt.runtime.compiled_model",
    "ConvoptError": "convopt.errors",
    "Model": "convopt.model",
    "Plan": "convopt.compiler",
    "compile": "convopt.compiler",
    "conv2d": "convopt.layer",
    "emit": "convopt.compiler",
    "load": "convopt.compiler",
    "optimize": "convopt.compiler",
}


def __getattr__(name: str) -> object:
    if name == "torch":
        return importlib.import_module("convopt.torch")
    if name not in _HOME:
        raise AttributeError(f"module 'convopt' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
