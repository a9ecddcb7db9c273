"""`convopt`: read IR, run passes, write IR or code."""

from collections.abc import Sequence
from pathlib import Path

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from convopt.cli.checks import check_options
from convopt.cli.code_files import write_bundle_files, write_object_files
from convopt.cli.diagnostics import (
    Diagnostic,
    error_diagnostic,
    mismatches,
    remark_diagnostic,
)
from convopt.cli.inputs import Chunk, chunks_of, display_name, is_onnx, read_bytes
from convopt.cli.job import Job
from convopt.cli.listings import listing
from convopt.cli.messages import EXIT_ERROR, EXIT_OK, report
from convopt.cli.options import COMPANIONS, Options
from convopt.cli.outputs import STDOUT, write
from convopt.cli.remark_output import select
from convopt.emit_kinds import BUNDLE
from convopt.errors import ConvoptError, UsageError
from convopt.sources import mlir_text

_SEPARATOR = "// -----\n"


def run(options: Options) -> int:
    """Do what the options say; the exit code. Errors are exceptions."""
    text = listing(options)
    if text is not None:
        write(STDOUT, text)
        return EXIT_OK
    check_options(options)
    job = Job(options)
    data = read_bytes(options.input)
    if options.shows_plan:
        from convopt.cli.show_plan import show_plan

        return show_plan(job, data)
    if is_onnx(options.input, data):
        return _run_model(job, data)
    passes = job.passes(data)
    file = display_name(options.input)
    chunks = chunks_of(mlir_text(data, file), file, options.split_input_file)
    if options.verify_diagnostics is not None:
        return _verify_diagnostics(job, chunks, passes or ())
    return _run_chunks(job, chunks, passes or ())


def _run_chunks(job: Job, chunks: Sequence[Chunk], passes: tuple[ModulePass, ...]) -> int:
    job.print_pipeline(passes)
    results: list[str | bytes] = []
    name = "model" if job.options.input == "-" else Path(job.options.input).stem
    try:
        for chunk in chunks:
            module = _compile_chunk(job, chunk, passes)
            if job.options.writes_files:
                _write_files(job, module, name)
                continue
            with job.phase("emit"):
                results.append(job.emit(module, name))
    finally:
        job.report()
    if results:
        write(job.options.output, _joined(results))
    return EXIT_OK


def _run_model(job: Job, data: bytes) -> int:
    options = job.options
    if options.split_input_file or options.verify_diagnostics:
        raise UsageError("--split-input-file and --verify-diagnostics are for MLIR text")
    passes = job.passes(data)
    if passes is None:
        passes = ()
    job.print_pipeline(passes)
    model = job.load_onnx(data)
    module = model.module
    try:
        job.run_passes(module, passes)
        if options.writes_files:
            _write_files(job, module, model.name)
            return EXIT_OK
        with job.phase("emit"):
            result = job.emit(module, model.name)
    finally:
        job.report()
    write(options.output, result)
    return EXIT_OK


def _compile_chunk(job: Job, chunk: Chunk, passes: tuple[ModulePass, ...]) -> ModuleOp:
    module = job.parse(chunk)
    job.run_passes(module, passes)
    return module


def _verify_diagnostics(job: Job, chunks: Sequence[Chunk], passes: tuple[ModulePass, ...]) -> int:
    """Compare what each chunk reports with its `expected-...` comments."""
    problems: list[str] = []
    results: list[str | bytes] = []
    only_expected = job.options.verify_diagnostics == "only-expected"
    for chunk in chunks:
        job.remarks.clear()
        found: list[Diagnostic] = []
        try:
            module = _compile_chunk(job, chunk, passes)
            results.append(job.emit(module, "model"))
        except ConvoptError as error:
            found.append(error_diagnostic(error))
        if job.options.wants_remarks:
            found += [remark_diagnostic(one) for one in select(job.remarks, job.options)]
        problems += mismatches(chunk, found, only_expected=only_expected)
    for problem in problems:
        report(problem)
    if problems:
        return EXIT_ERROR
    if results:
        write(job.options.output, _joined(results))
    return EXIT_OK


def _write_files(job: Job, module: ModuleOp, name: str) -> None:
    """The results that are several files."""
    output = Path(job.options.output)
    if job.options.emit == BUNDLE:
        with job.phase("emit"):
            bundle = job.bundle(module, name)
        write_bundle_files(output, bundle)
        return
    with job.phase("emit"):
        code = job.code(module, name)
        files = {kind: code.emit(kind) for kind in ("object", *COMPANIONS)}
    write_object_files(output, files)


def _joined(results: list[str | bytes]) -> str | bytes:
    if len(results) == 1:
        return results[0]
    return _SEPARATOR.join(str(result) for result in results)
