"""What all tests of the PyTorch frontend need."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'convopt[torch]'")

SMALL_IMAGE = 64
"""Height and width: what is compiled is as much as for large images, what runs is little."""


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVOPT_CACHE_DIR", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def fresh_compiler() -> Iterator[None]:
    torch.manual_seed(0)
    yield
    torch._dynamo.reset()


@pytest.fixture
def check_network() -> Callable[[str], None]:
    """Whether convopt takes all convolutions of a network, and gives eager's result."""

    def check(name: str) -> None:
        from convopt.benchmarks.torch_models.sources import OWN, torch_model
        from convopt.testing import torch_checks

        if name != OWN and find_spec("timm") is None:
            pytest.skip("needs timm: pip install 'convopt[networks]'")
        network = torch_model(name, size=SMALL_IMAGE)
        _, (report,) = torch_checks.check(network.module, network.image, tolerance=1e-4)
        assert report.taken_macs == report.macs > 0

    return check
