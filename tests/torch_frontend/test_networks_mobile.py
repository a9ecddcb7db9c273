"""MobileNets through torch.compile."""

from collections.abc import Callable

import pytest


@pytest.mark.parametrize("name", ["mobilenet_v2", "mobilenetv3_large_100"])
def test_a_network_is_as_in_eager(name: str, check_network: Callable[[str], None]) -> None:
    check_network(name)
