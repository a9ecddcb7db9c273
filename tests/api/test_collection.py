"""The garbage collector is paused while compiling, and as it was before afterwards."""

import gc

import pytest

from convopt.collection import paused_collection


@paused_collection()
def fail_while_paused() -> None:
    assert not gc.isenabled()
    raise ValueError("inside")


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_restored(enabled: bool) -> None:
    was_enabled = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with pytest.raises(ValueError, match="inside"):
            fail_while_paused()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()
