"""Grouped convolutions, and a transformer with depthwise ones through torch.compile."""

from collections.abc import Callable

import pytest


@pytest.mark.parametrize("name", ["resnext50_32x4d", "mobilevit_s"])
def test_a_network_is_as_in_eager(name: str, check_network: Callable[[str], None]) -> None:
    check_network(name)
