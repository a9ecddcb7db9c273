"""A segment that onnxruntime runs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convopt.errors import ConvoptError
from convopt.model import OnnxSegment
from convopt.runtime.arguments import Array

if TYPE_CHECKING:
    import onnxruntime


def new_session(model: bytes | str, threads: int) -> "onnxruntime.InferenceSession":
    """A session on the CPU with `threads` threads. Raises ConvoptError without onnxruntime."""
    try:
        import onnxruntime
    except ImportError as error:
        raise ConvoptError(
            "expected onnxruntime to run what convopt does not compile: pip install 'convopt[onnx]'"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class OnnxRunner:
    """An onnxruntime session for a part of a model."""

    def __init__(self, segment: OnnxSegment, threads: int):
        self.segment = segment
        self._session = new_session(segment.model_bytes, threads)

    def run(self, tensors: Mapping[str, Array]) -> dict[str, Array]:
        """The segment's outputs by name. Raises ConvoptError for what onnxruntime rejects."""
        feeds = {name: tensors[name] for name in self.segment.input_names}
        names = list(self.segment.output_names)
        try:
            results: list[Any] = self._session.run(names, feeds)
        except Exception as error:  # onnxruntime's own classes share no other base
            raise ConvoptError(f"onnxruntime, {self.segment.reason}: {error}") from error
        return dict(zip(names, results, strict=True))
