"""Sources that are no models."""

from pathlib import Path

import pytest

import convopt


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "model.mlir"
    file.write_bytes(b"func.func \xff")
    with pytest.raises(convopt.ConvoptError, match="expected MLIR text in UTF-8, found byte 0xff"):
        convopt.load(file)
