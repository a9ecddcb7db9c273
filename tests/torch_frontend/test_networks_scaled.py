"""EfficientNet and ConvNeXt through torch.compile."""

from collections.abc import Callable

import pytest


@pytest.mark.parametrize("name", ["efficientnet_b0", "convnext_atto"])
def test_a_network_is_as_in_eager(name: str, check_network: Callable[[str], None]) -> None:
    check_network(name)
