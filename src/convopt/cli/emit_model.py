"""`convopt model.onnx --emit=object` (or bundle): the way past xDSL for what is in the cache."""

from pathlib import Path

from convopt.artifact import CodeSegment
from convopt.cli.checks import check_options
from convopt.cli.code_files import write_bundle_files, write_object_files
from convopt.cli.messages import EXIT_OK
from convopt.cli.options import COMPANIONS, Options
from convopt.cli.outputs import write
from convopt.compiler import compiled_artifact, compiled_bundle
from convopt.emit_kinds import BUNDLE, is_gpu


def emits_model(options: Options) -> bool:
    """Whether all that is asked for is code of an ONNX file, with nothing to watch."""
    kept = ("object", *COMPANIONS, BUNDLE)
    return options.emit in kept and options.input.endswith(".onnx") and not options.is_watching


def run(options: Options) -> int:
    """Compile, or find in the cache, and write; the exit code."""
    check_options(options)
    if options.emit == BUNDLE:
        return _write_bundle(options)
    if is_gpu(options.target):  # weights alone: what is kept for GPUs holds code as well
        from convopt.cli import main

        return main.run(options)
    artifact = compiled_artifact(
        options.input,
        options.target or "host",
        shapes=dict(options.shapes),
        symbol=options.symbol,
        cache=options.cache,
        must_be_complete=True,
    )
    (segment,) = artifact.segments
    assert isinstance(segment, CodeSegment)
    files: dict[str, str | bytes] = {
        "object": segment.code,
        "header": segment.header,
        "weights": segment.weights,
    }
    if options.writes_companions:
        write_object_files(Path(options.output), files)
    else:
        write(options.output, files[options.emit])
    return EXIT_OK


def _write_bundle(options: Options) -> int:
    bundle = compiled_bundle(
        options.input,
        options.target or "",
        shapes=dict(options.shapes),
        precision=options.precision,
        symbol=options.symbol,
        cache=options.cache,
    )
    write_bundle_files(Path(options.output), bundle)
    return EXIT_OK
