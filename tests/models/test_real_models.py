"""Two real models, on a photograph: against onnxruntime on the host, and as AArch64 code."""

from functools import cache

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

import convopt
from convopt.comparison import relative_error
from convopt.testing.execution import Compiled, compiled, run_emulated, run_on_host
from convopt.testing.models import REAL_MODELS

FloatArray = npt.NDArray[np.float32]
MODELS = sorted(REAL_MODELS)


@cache
def code(name: str, target: str) -> Compiled:
    model = REAL_MODELS[name]
    return compiled(convopt.load(model.path, shapes=model.shapes).module.clone(), target)


@cache
def host_result(name: str) -> FloatArray:
    return run_on_host(code(name, "host"), [REAL_MODELS[name].photograph()])[0]


def onnxruntime_result(name: str) -> FloatArray:
    model = REAL_MODELS[name]
    session = onnxruntime.InferenceSession(str(model.path), providers=["CPUExecutionProvider"])
    result: FloatArray = session.run(None, {model.input_name: model.photograph()})[0]
    return result


@pytest.mark.parametrize("name", MODELS)
def test_every_node_is_compiled(name: str) -> None:
    model = REAL_MODELS[name]
    assert convopt.load(model.path, shapes=model.shapes).partition.complete


@pytest.mark.parametrize("name", MODELS)
def test_the_host_agrees_with_onnxruntime(name: str) -> None:
    assert relative_error(host_result(name), onnxruntime_result(name)) < 1e-4


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("name", MODELS)
def test_threads_do_not_change_the_result(name: str, threads: int) -> None:
    photograph = REAL_MODELS[name].photograph()
    found = run_on_host(code(name, "host"), [photograph], threads=threads)
    assert np.array_equal(found[0], host_result(name))


# Both models run as Cortex-A72 code in test_linked_program.py, too.
@pytest.mark.parametrize(
    ("name", "target"), [("docorient", "neoverse-n1"), ("rapidocr-cls", "cortex-a72")]
)
def test_aarch64_agrees_with_the_host(name: str, target: str) -> None:
    found = run_emulated(code(name, target), [REAL_MODELS[name].photograph()], target)
    assert relative_error(found[0], host_result(name)) < 1e-5


@pytest.mark.parametrize("target", ["host", "cortex-a72", "neoverse-n1"])
@pytest.mark.parametrize("name", MODELS)
def test_the_workspace_is_little_more_than_what_lives_at_once(name: str, target: str) -> None:
    compiled_code = code(name, target)
    assert compiled_code.workspace_bytes <= 1.1 * compiled_code.live_bytes
