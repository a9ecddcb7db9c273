"""convopt in PyTorch.

    model = torch.compile(model, backend="convopt")
    with torch.no_grad():
        y = model(x)

Convolutions with their neighbours are compiled by convopt, the rest by inductor.
"""

from convopt.errors import ConvoptError

try:
    import torch  # noqa: F401
except ImportError as error:
    raise ConvoptError(
        f"expected the package torch for convopt.torch ({error}); pip install 'convopt[torch]'"
    ) from error
