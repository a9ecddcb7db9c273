"""Writing a bundle: machine code, weight maps, the description, and the package that runs it."""

import gzip
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from convopt.backends.targets import GpuTarget, gpu_target
from convopt.backends.tvm.nvcc import compile_cubin, find_nvcc
from convopt.benchmarks.gpu import on_device
from convopt.benchmarks.gpu.built import KernelText
from convopt.benchmarks.gpu.cases import BenchmarkCase
from convopt.benchmarks.gpu.compiled_case import CompiledCase, Wanted, compile_case
from convopt.benchmarks.gpu.on_device.bundle import DESCRIPTION, FORMAT, MAPS
from convopt.errors import ConvoptError

KERNELS_A_FILE = 24
_CODE = "kernels"
_PACKAGE = on_device.__name__
_SCRIPT = "run.py"

Progress = Callable[[Iterable[Any], int, str], Iterable[Any]]
"""Wraps what takes long: items, how many there are, and in words what is done."""


@dataclass(frozen=True)
class Request:
    """`samples` schedules are drawn for each of the pairs whose batch is 1, every `sampled_every`th
    of them. `jobs` processes work."""

    target: str
    cases: Sequence[BenchmarkCase]
    samples: int
    sampled_every: int
    jobs: int


def write_bundle(folder: Path, request: Request, progress: Progress) -> int:
    """Compile all and write the folder; its bytes.

    Raises ConvoptError for a folder that is not empty, where TVM or nvcc is missing, and for a
    target that is no GPU.
    """
    target = gpu_target(request.target)
    if find_nvcc() is None:
        raise ConvoptError(
            "expected nvcc of NVIDIA's CUDA toolkit on the PATH or in CUDA_HOME/bin, found none"
        )
    if folder.exists() and any(folder.iterdir()):
        raise ConvoptError(f"expected a new or an empty folder, found {folder}")
    with ProcessPoolExecutor(request.jobs, get_context("spawn")) as pool:
        compile_one = partial(_compile, target=request.target)
        work = [(case, _wanted(request, number)) for number, case in enumerate(request.cases)]
        done = pool.map(compile_one, work)
        compiled = list(progress(done, len(work), "planning and generating"))
        assemble_one = partial(compile_cubin, compute_capability=target.compute_capability)

        def assemble(sources: Sequence[str]) -> Iterable[bytes]:
            return progress(pool.map(assemble_one, sources), len(sources), "assembling")

        write_folder(folder, target, compiled, assemble)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def write_folder(
    folder: Path,
    target: GpuTarget,
    compiled: Sequence[CompiledCase],
    assemble: Callable[[Sequence[str]], Iterable[bytes]],
) -> None:
    """All files of a bundle. `assemble` makes machine code of CUDA texts, which lie beside it, for
    people."""
    texts = {name: text for case in compiled for name, text in case.kernels.items()}
    shards = _shards(list(texts.values()))
    sources = [_source(shard) for shard in shards]
    (folder / _CODE).mkdir(parents=True)
    files: dict[str, str] = {}
    numbered = enumerate(zip(shards, sources, assemble(sources), strict=True))
    for number, (shard, source, code) in numbered:
        name = f"{_CODE}/{number:03}"
        (folder / f"{name}.cubin").write_bytes(code)
        text = gzip.compress(source.encode(), mtime=0)
        (folder / f"{name}.cu.gz").write_bytes(text)
        files |= {text.kernel.name: f"{name}.cubin" for text in shard}
    fields = {
        "format": FORMAT,
        "target": target.name,
        "compute_capability": target.compute_capability,
        "made": _versions(),
        "kernels": {name: _kernel(text, files[name]) for name, text in texts.items()},
        "cases": _with_maps(folder / MAPS, compiled),
    }
    description = json.dumps(fields, separators=(",", ":"))
    (folder / DESCRIPTION).write_text(description + "\n", encoding="utf-8")
    copy_package(folder)


def copy_package(folder: Path) -> None:
    """The modules that run there under their own names, and the script beside them."""
    source = Path(str(on_device.__file__)).parent
    target = folder.joinpath(*_PACKAGE.split("."))
    target.mkdir(parents=True)
    for path in sorted(source.glob("*.py")):
        if path.name == _SCRIPT:
            shutil.copyfile(path, folder / _SCRIPT)
        else:
            shutil.copyfile(path, target / path.name)
    parents = target.relative_to(folder).parents
    for parent in parents:
        if parent.name:
            (folder / parent / "__init__.py").write_text("", encoding="utf-8")


def _compile(work: tuple[BenchmarkCase, Wanted], target: str) -> CompiledCase:
    case, wanted = work
    return compile_case(case, target, wanted)


def _wanted(request: Request, number: int) -> Wanted:
    """Tensor cores and TVM for pairs whose batch is 1, and for networks."""
    case = request.cases[number]
    is_small = case.kind == "pair" and case.batch == 1
    is_sampled = is_small and number % request.sampled_every == 0
    has_others = is_small or case.kind == "network"
    return Wanted(request.samples if is_sampled else 0, has_others, has_others)


def _shards(texts: Sequence[KernelText]) -> list[Sequence[KernelText]]:
    """What is used together, and by one maker, stays together."""
    by_header: dict[str, list[KernelText]] = {}
    for text in texts:
        by_header.setdefault(text.header, []).append(text)
    return [
        same[i : i + KERNELS_A_FILE]
        for same in by_header.values()
        for i in range(0, len(same), KERNELS_A_FILE)
    ]


def _source(shard: Sequence[KernelText]) -> str:
    return "\n".join([shard[0].header, *(text.text for text in shard)])


def _kernel(text: KernelText, file: str) -> dict[str, Any]:
    kernel = text.kernel
    return {
        "grid": kernel.grid,
        "block": kernel.block,
        "shared_bytes": kernel.shared_bytes,
        "file": file,
    }


def _with_maps(path: Path, compiled: Sequence[CompiledCase]) -> list[dict[str, Any]]:
    """The cases' records with the places of their weight maps, equal maps once."""
    places: dict[bytes, int] = {}
    size = 0
    with path.open("wb") as stream:
        for case in compiled:
            for variant, content in zip(case.record["variants"], case.maps, strict=True):
                if content not in places:
                    places[content] = size
                    size += stream.write(content)
                variant["weights"] |= {"offset": places[content], "size": len(content)}
    return [case.record for case in compiled]


def _versions() -> dict[str, str]:
    found = {}
    for package in ("convopt", "apache-tvm"):
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found
