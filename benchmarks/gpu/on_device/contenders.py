"""Who computes a case: our variants, and torch in the ways in which people run it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from convopt.benchmarks.gpu.on_device.bundle import F16, F32, TF32, Bundle, Case, Variant
from convopt.benchmarks.gpu.on_device.driver import Driver
from convopt.benchmarks.gpu.on_device.ours import Runner
from convopt.benchmarks.gpu.on_device.torch_graph import (
    TorchGraph,
    bare_cudnn,
    is_chain,
    make_constants,
    make_inputs,
    only_convolutions,
)

BARE = "-bare"
"""Ends the names of those that compute the convolutions alone, without bias and activation."""

MOST_ERRORS = {F32: 1e-5, TF32: 5e-3, F16: 1e-2}
"""Of relative errors (norms), of pairs and layers. tf32 and f16 round every factor to 11 bits."""
NETWORK_FACTOR = 10.0
"""What a whole network may be off more; so do other libraries' own ways to add up."""

_FORMATS = {"nchw": torch.contiguous_format, "nhwc": torch.channels_last}


@dataclass(frozen=True)
class Contender:
    """`run` computes the case once, on torch's current stream. `poison`: before a check of kernels
    of the bundle. `logical`: what `run` returns as plain NCHW."""

    name: str
    precision: str
    run: Callable[[], Any]
    poison: Callable[[], None] = lambda: None
    is_ours: bool = False
    predicted_us: float | None = None
    logical: Callable[[Any], Any] = lambda result: result


@dataclass
class Workshop:
    """A case's tensors, and contenders for it."""

    bundle: Bundle
    driver: Driver
    case: Case
    device: Any

    def __post_init__(self) -> None:
        self.constants = make_constants(self.case.graph, self.device)
        self.inputs = make_inputs(self.case.graph, self.device)

    def reference(self) -> Any:
        """In float64."""
        constants = {name: each.double() for name, each in self.constants.items()}
        graph = TorchGraph(self.case.graph, constants).to(self.device)
        with torch.inference_mode():
            return graph(*(each.double() for each in self.inputs))

    def variant(self, variant: Variant) -> Contender:
        """Kernels of the bundle."""
        arguments = (self.bundle, self.driver, self.case, variant, self.constants, self.inputs)
        runner = Runner(*arguments)
        return Contender(
            variant.name,
            variant.precision,
            runner,
            runner.poison,
            variant.is_ours,
            variant.predicted_us,
            runner.logical,
        )

    def torch_eager(self, layout: str, precision: str = F32) -> Contender:
        """torch's operators: cuDNN, and torch's own kernels for depthwise layers."""
        run = self._torch(self.case.graph, layout, precision)
        return Contender(f"torch-{layout}", precision, run)

    def bare(self, layout: str) -> Contender | None:
        """cuDNN's convolutions of a chain alone; None for other graphs."""
        if not is_chain(self.case.graph):
            return None
        graph = only_convolutions(self.case.graph)
        return Contender(
            f"cudnn-{layout}{BARE}", F32, self._torch(graph, layout, F32, convolve=bare_cudnn)
        )

    def compiled(self, layout: str, precision: str = F32) -> Contender:
        """torch.compile with max-autotune; the CUDA graph is ours, as for all others."""
        mode = "max-autotune-no-cudagraphs"
        run = self._torch(
            self.case.graph, layout, precision, lambda graph: torch.compile(graph, mode=mode)
        )
        return Contender(f"compile-{layout}", precision, run)

    def _torch(
        self,
        graph: Mapping[str, Any],
        layout: str,
        precision: str,
        wrap: Callable[[Any], Any] = lambda graph: graph,
        **options: Any,
    ) -> Callable[[], Any]:
        module = TorchGraph(graph, self.constants, **options).eval()
        dtype = torch.float16 if precision == F16 else torch.float32
        module = module.to(self.device, dtype=dtype, memory_format=_FORMATS[layout])
        inputs = [each.to(dtype).contiguous(memory_format=_FORMATS[layout]) for each in self.inputs]
        wrapped = wrap(module)

        def run() -> Any:
            with torch.inference_mode(), arithmetic(precision):
                return wrapped(*inputs)

        return run


@contextmanager
def arithmetic(precision: str) -> Iterator[None]:
    """tf32 where it was asked for, and nowhere else; cuDNN tries its algorithms."""
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    before = (cudnn.allow_tf32, matmul.allow_tf32, cudnn.benchmark)
    cudnn.allow_tf32 = matmul.allow_tf32 = precision == TF32
    cudnn.benchmark = True
    try:
        yield
    finally:
        cudnn.allow_tf32, matmul.allow_tf32, cudnn.benchmark = before


def relative_error(result: Any, reference: Any) -> float:
    """Of norms, in float64; infinite where a number is not finite."""
    difference = torch.linalg.vector_norm(result.double() - reference)
    error = float(difference / torch.linalg.vector_norm(reference))
    return error if error == error else float("inf")


def most_error(case: Case, precision: str) -> float:
    return MOST_ERRORS[precision] * (NETWORK_FACTOR if case.kind == "network" else 1.0)


def error_of(contender: Contender, reference: Any) -> float:
    """Of one run on poisoned buffers; nan for those that compute something else."""
    contender.poison()
    result = contender.run()
    if contender.name.endswith(BARE):
        return float("nan")
    return relative_error(contender.logical(result), reference)
