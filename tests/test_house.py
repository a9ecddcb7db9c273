"""The house rules that a program can check: packages, imports, one file a pass."""

import ast
import tomllib
from pathlib import Path

import pytest

from convopt.passes.pipelines import PIPELINES, pipeline_text
from convopt.passes.registry import ON_REQUEST, PASSES

ROOT = Path(__file__).parent.parent
FOLDERS = {
    "convopt": ROOT / "src" / "convopt",
    "convopt.convdialect": ROOT / "convdialect",
    "convopt.passes": ROOT / "passes",
    "convopt.backends": ROOT / "backends",
    "convopt.benchmarks": ROOT / "benchmarks",
}
MAY_IMPORT = {
    "convopt.convdialect": ["convopt.convdialect"],
    "convopt.backends.targets": ["convopt.backends.targets", "convopt.convdialect.errors"],
    "convopt.backends.llvm": ["convopt.backends", "convopt.convdialect"],
    "convopt.backends.tvm": [
        "convopt.backends",
        "convopt.convdialect",
        "convopt.passes.cost.gpu.occupancy",
        "convopt.passes.geometry",
        "convopt.passes.lower.arena",
        "convopt.passes.lower.kernel_names",
        "convopt.passes.remarks",
    ],
    "convopt.passes": ["convopt.passes", "convopt.convdialect", "convopt.backends.targets"],
}
LONGEST_FILE = 400


def packages() -> list[str]:
    found = []
    for name, folder in FOLDERS.items():
        for init in folder.rglob("__init__.py"):
            parts = init.parent.relative_to(folder).parts
            found.append(".".join([name, *parts]))
    return sorted(found)


def source_files() -> list[Path]:
    return sorted(path for folder in FOLDERS.values() for path in folder.rglob("*.py"))


def module_name(path: Path) -> str:
    name, folder = next((n, f) for n, f in reversed(FOLDERS.items()) if f in path.parents)
    return ".".join([name, *path.relative_to(folder).with_suffix("").parts])


def test_every_package_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert sorted(project["tool"]["setuptools"]["packages"]) == packages()


def test_every_folder_of_code_is_a_package() -> None:
    without = [p for p in source_files() if not (p.parent / "__init__.py").exists()]
    assert without == []


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_nothing_imports_upward(layer: str) -> None:
    wrong = []
    for path in source_files():
        name = module_name(path)
        if not f"{name}.".startswith(f"{layer}."):
            continue
        for imported in imports(path):
            ours = f"{imported}.".startswith("convopt.")
            if ours and not any(f"{imported}.".startswith(f"{m}.") for m in MAY_IMPORT[layer]):
                wrong.append(f"{name} imports {imported}")
    assert wrong == []


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return found


@pytest.mark.parametrize("name", PASSES)
def test_one_pass_has_one_file_one_name_and_its_own_ir_tests(name: str) -> None:
    loaded = PASSES[name]()
    short = name.removeprefix("conv-").replace("-", "_")
    assert name == f"conv-{short.replace('_', '-')}"
    assert loaded.name == name
    assert loaded.__module__.rpartition(".")[2] == short
    assert list((ROOT / "lit_tests" / short).glob("*.mlir"))
    assert loaded.__doc__
    for part in ("Why", "Preconditions", "Before", "After"):
        assert part in loaded.__doc__


def test_pipelines_are_made_of_known_passes() -> None:
    assert {step for steps in PIPELINES.values() for step in steps} == set(PASSES) - ON_REQUEST
    assert pipeline_text("codegen", "host") == "conv-expand-math,conv-loops-to-llvm"


def test_files_are_short() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in source_files()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}
