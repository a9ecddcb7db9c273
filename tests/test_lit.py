"""Runs lit_tests/: one pytest test a folder, lit's own report on failure."""

import subprocess
import sys
from pathlib import Path

import pytest

LIT_TESTS = Path(__file__).parent.parent / "lit_tests"
FOLDERS = sorted({path.parent for path in LIT_TESTS.rglob("*.mlir")})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: str(path.relative_to(LIT_TESTS)))
def test_lit(folder: Path) -> None:
    # `python -m lit.main` defines functions and runs nothing.
    lit = [sys.executable, "-c", "from lit.main import main; main()"]
    command = [*lit, "-v", "--workers=2", str(folder)]
    # lit's own --timeout needs psutil.
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "Passed" in finished.stdout or "Unsupported" in finished.stdout, finished.stdout
