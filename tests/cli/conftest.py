"""Fixtures: the commands as functions, apart from the user's cache."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from convopt.cli import start

SOURCE = """\
func.func @main(%x: tensor<1x4x6x5xf32> {conv.name = "image"}) -> (tensor<1x4x6x5xf32> {conv.name = "y"}) {
  %w = arith.constant dense<0.5> : tensor<4x1x3x3xf32>
  %y = conv.conv2d %x, %w {padding = [1, 1, 1, 1], groups = 4} : tensor<1x4x6x5xf32>, tensor<4x1x3x3xf32> -> tensor<1x4x6x5xf32>
  func.return %y : tensor<1x4x6x5xf32>
}
"""  # noqa: E501


class Finished(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Command = Callable[..., Finished]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def convopt(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `convopt` in this process; `stdin` is what it reads there."""

    def command(*arguments: object, stdin: bytes = b"") -> Finished:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = start.convopt([str(argument) for argument in arguments])
        return Finished(code, *capsys.readouterr())

    return command


@pytest.fixture
def convopt_run(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `convopt-run` in this process."""

    def command(*arguments: object) -> Finished:
        code = start.convopt_run([str(argument) for argument in arguments])
        return Finished(code, *capsys.readouterr())

    return command


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file with one depthwise convolution at level 1."""
    path = tmp_path / "layer.mlir"
    path.write_text(SOURCE)
    return path
