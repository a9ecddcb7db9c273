"""What callers are told: the interface read from the IR, and the C header."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.llvm.c_names import c_identifiers
from convopt.backends.llvm.header import c_header
from convopt.backends.llvm.interface import Interface, TensorSpec, interface_of
from convopt.errors import ConvoptError

ENTRY = """
func.func @main(%a : memref<1x3x4x4xf32> {conv.name = "image", conv.role = "input"},
                %b : memref<10xf32> {conv.name = "scores", conv.role = "output"},
                %w : memref<640xi8> {conv.role = "weights"},
                %s : memref<128xi8> {conv.role = "workspace"},
                %t : index {conv.role = "thread"}, %n : index {conv.role = "threads"}) {
  func.return
}
"""
NET = Interface(
    symbol="net",
    inputs=(TensorSpec("image", (1, 3, 4, 4)),),
    outputs=(TensorSpec("scores", (10,)),),
    weights_bytes=640,
    workspace_bytes=128,
)


@pytest.mark.parametrize("stage", ["parse", "lower"])
def test_interface_of_kernels_and_of_llvm(request: pytest.FixtureRequest, stage: str) -> None:
    to_module: Callable[[str], ModuleOp] = request.getfixturevalue(stage)
    interface = interface_of(to_module(ENTRY), "net")
    assert interface == NET
    assert interface.run_symbol == "net_run"
    assert interface.pointers == 4
    assert interface.inputs[0].bytes == 192


def test_what_is_no_entry(parse: Callable[[str], ModuleOp]) -> None:
    with pytest.raises(ConvoptError, match="expected a function @main, found none"):
        interface_of(parse("func.func private @f()"), "net")
    no_role = ENTRY.replace('conv.role = "input"', 'conv.roll = "input"')
    with pytest.raises(ConvoptError, match=r"roles input\.\.\., .* found none, output, weights"):
        interface_of(parse(no_role), "net")
    with pytest.raises(ConvoptError, match="found no arguments"):
        interface_of(parse("func.func @main() {\n func.return\n}"), "net")


def test_the_header_says_how_to_call() -> None:
    header = c_header(NET)
    for expected in (
        "#ifndef NET_H",
        "#define NET_WEIGHTS_BYTES 640u",
        "#define NET_WORKSPACE_BYTES 128u",
        "#define NET_ALIGNMENT 64u",
        "#define NET_IMAGE_FLOATS 48u",
        "#define NET_SCORES_BYTES 40u",
        " * image: input; 1 x 3 x 4 x 4 floats, row-major: 48 floats, 192 bytes",
        " * weights: 640 bytes, aligned to 64",
        "first 64 bytes must be zero before",
        "void net_run(const float *image,\n             float *scores,",
        "size_t thread,\n             size_t threads);",
        "#define MODEL_RUN net_run",
        "#define MODEL_INPUT_FLOATS 48u",
    ):
        assert expected in header


def test_names_that_c_does_not_take() -> None:
    assert c_identifiers(["images:0", "int", "2d", "", "a", "A", "a_2", "__x__", "weights"]) == [
        "images_0",
        "tensor_int",
        "tensor_2d",
        "tensor",
        "a",
        "A_2",
        "a_2_2",
        "x",
        "tensor_weights",
    ]


def awkward() -> Interface:
    """Several tensors whose names are keywords, clash, or would end a comment."""
    names = ["x", "X", "class", "*/ int broken; /*", "größe", "line\nbreak", "1"]
    tensors = tuple(TensorSpec(name, (2, 3)) for name in names)
    return Interface("net", tensors[:4], tensors[4:], 0, 64)


@pytest.mark.parametrize("interface", [NET, awkward()], ids=["one", "many"])
@pytest.mark.parametrize(
    ("compiler", "flags"),
    [
        ("cc", ["-std=c99", "-x", "c"]),
        ("cc", ["-std=c89", "-x", "c"]),
        ("c++", ["-std=c++98", "-x", "c++"]),
    ],
)
def test_c_and_cpp_take_the_header(
    tmp_path: Path, interface: Interface, compiler: str, flags: list[str]
) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler} here")
    (tmp_path / "net.h").write_text(c_header(interface))
    source = tmp_path / "use.c"
    source.write_text(
        '#define CONVOPT_GENERIC_NAMES\n#include "net.h"\n#include "net.h"\n'
        "char weights_fit[NET_WEIGHTS_BYTES + 1];\n"
    )
    options = [*flags, "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"]
    subprocess.run([compiler, *options, str(source)], check=True)


def test_several_inputs_have_no_generic_names() -> None:
    assert "MODEL_RUN" not in c_header(awkward())
