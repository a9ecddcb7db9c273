"""The machine code of convolution kernels: what stands in the innermost loop, and spills."""

import re
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.llvm import emit_assembly, stack_references, to_llvm_text
from convopt.backends.llvm.jit import HostCode
from convopt.backends.targets import CpuTarget, cpu_target
from convopt.errors import ConvoptError


def depthwise(lanes: int, rows: int, columns: int, blocks: int = 2, size: int = 28) -> str:
    """3x3 depthwise on a padded input [blocks, size + 2, size + 2, lanes], `rows` x `columns` at a
    time; weights [blocks, 10, lanes] with the bias last."""
    x = f"memref<{blocks}x{size + 2}x{size + 2}x{lanes}xf32>"
    w = f"memref<{blocks}x10x{lanes}xf32>"
    y = f"memref<{blocks}x{size}x{size}x{lanes}xf32>"
    v = f"vector<{lanes}xf32>"
    constants = [f"%c{i} = arith.constant {i} : index" for i in {*range(12), rows, columns, size}]
    taps = [f"%k{k} = vector.load %w[%cb, %c{k}, %c0] : {w}, {v}" for k in range(10)]
    sums = dict.fromkeys(product(range(rows), range(columns)), "%k9")
    body = [f"%r{i} = arith.addi %r, %c{i} : index" for i in range(rows + 2)]
    body += [f"%q{j} = arith.addi %q, %c{j} : index" for j in range(columns + 2)]
    for i, j in product(range(rows + 2), range(columns + 2)):
        body.append(f"%x{i}_{j} = vector.load %x[%cb, %r{i}, %q{j}, %c0] : {x}, {v}")
        for (a, b), total in sums.items():
            p, q = i - a, j - b
            if 0 <= p < 3 and 0 <= q < 3:
                sums[a, b] = name = f"%s{i}_{j}_{a}_{b}"
                body.append(f"{name} = vector.fma %x{i}_{j}, %k{3 * p + q}, {total} : {v}")
    for (a, b), total in sums.items():
        body.append(f"vector.store {total}, %y[%cb, %r{a}, %q{b}, %c0] : {y}, {v}")
    newline = "\n"
    return f"""
    func.func @main(%x : {x} {{llvm.noalias}}, %w : {w} {{llvm.noalias}},
                    %y : {y} {{llvm.noalias}}, %begin : index, %end : index) {{
      {newline.join(constants)}
      scf.for %cb = %begin to %end step %c1 {{
        {newline.join(taps)}
        scf.for %r = %c0 to %c{size} step %c{rows} {{
          scf.for %q = %c0 to %c{size} step %c{columns} {{
            {newline.join(body)}
          }}
        }}
      }}
      func.return
    }}"""


def pointwise(lanes: int, pixels: int, vectors: int, splat: bool) -> str:
    """1x1 on x [4, pixels, lanes], weights [4, lanes, vectors, lanes], y [vectors, pixels, lanes].

    `splat`: a vector of input channels is loaded and its lanes are broadcast (indexed FMA),
    otherwise every input is loaded and broadcast by itself.
    """
    x = f"memref<4x{4 * pixels}x{lanes}xf32>"
    w = f"memref<4x{lanes}x{vectors}x{lanes}xf32>"
    y = f"memref<{vectors}x{4 * pixels}x{lanes}xf32>"
    v = f"vector<{lanes}xf32>"
    numbers = {*range(max(lanes, pixels, 5)), 4 * pixels, pixels}
    constants = [f"%c{i} = arith.constant {i} : index" for i in numbers]
    tile = list(product(range(pixels), range(vectors)))
    types = ", ".join([v] * len(tile))
    body = [f"%x{i} = vector.load %x[%ic, %p{i}, %c0] : {x}, {v}" for i in range(pixels) if splat]
    for lane in range(lanes):
        for t in range(vectors):
            body.append(f"%w{lane}_{t} = vector.load %w[%ic, %c{lane}, %c{t}, %c0] : {w}, {v}")
        for i in range(pixels):
            scalar = f"%e{lane}_{i}"
            if splat:
                body.append(f"{scalar} = vector.extract %x{i}[{lane}] : f32 from {v}")
            else:
                body.append(f"{scalar} = memref.load %x[%ic, %p{i}, %c{lane}] : {x}")
            body.append(f"%b{lane}_{i} = vector.broadcast {scalar} : f32 to {v}")
            for t in range(vectors):
                body.append(
                    f"%a{i}_{t}_{lane + 1} = vector.fma %b{lane}_{i}, %w{lane}_{t}, "
                    f"%a{i}_{t}_{lane} : {v}"
                )
    starts = ", ".join(f"%a{i}_{t}_0 = %zero" for i, t in tile)
    ends = ", ".join(f"%a{i}_{t}_{lanes}" for i, t in tile)
    stores = [
        f"vector.store %sum#{n}, %y[%c{t}, %p{i}, %c0] : {y}, {v}" for n, (i, t) in enumerate(tile)
    ]
    places = [f"%p{i} = arith.addi %px, %c{i} : index" for i in range(pixels)]
    newline = "\n"
    return f"""
    func.func @main(%x : {x} {{llvm.noalias}}, %w : {w} {{llvm.noalias}},
                    %y : {y} {{llvm.noalias}}) {{
      {newline.join(constants)}
      %zero = arith.constant dense<0.0> : {v}
      scf.for %px = %c0 to %c{4 * pixels} step %c{pixels} {{
        {newline.join(places)}
        %sum:{len(tile)} = scf.for %ic = %c0 to %c4 step %c1 iter_args({starts}) -> ({types}) {{
          {newline.join(body)}
          scf.yield {ends} : {types}
        }}
        {newline.join(stores)}
      }}
      func.return
    }}"""


KERNELS = {
    "depthwise 2x7 zmm": ("x86-64-v4", depthwise(16, 2, 7)),
    "depthwise 2x4 neon": ("cortex-a72", depthwise(4, 2, 4)),
    "pointwise 12x2 zmm": ("x86-64-v4", pointwise(16, 12, 2, splat=False)),
    "pointwise 8x2 neon": ("neoverse-n1", pointwise(4, 8, 2, splat=True)),
}
_FLOAT_WORK = re.compile(r"v(?:fm|mov|broadcast)\w+|fmla|mov\s+v|[ls]t[rp]\s+q|ld[rp]\s+q")


def innermost_loop(assembly: str) -> list[str]:
    """The instructions of the basic block with the most multiply-adds."""
    blocks = re.split(r"^\S+:.*$|(?<=\n)\s+(?:j\w+|b\.\w+)\s.*$", assembly, flags=re.MULTILINE)
    block = max(blocks, key=lambda text: len(re.findall(r"vfm|fmla", text)))
    lines = [line.split("//")[0].strip() for line in block.splitlines()]
    return [line for line in lines if line and line[0] not in ".#"]


@pytest.mark.parametrize("name", KERNELS)
def test_the_innermost_loop_computes(lower: Callable[[str], ModuleOp], name: str) -> None:
    """No spills, and at most six instructions that are neither accesses nor multiply-adds."""
    target, text = KERNELS[name]
    machine = cpu_target(target)
    assembly = emit_assembly(to_llvm_text(lower(text), machine, "net"), machine)
    assert stack_references(assembly, "net_run") == 0
    other = [line for line in innermost_loop(assembly) if not _FLOAT_WORK.match(line)]
    assert len(other) <= 6, other


def test_a_tile_that_does_not_fit_spills(lower: Callable[[str], ModuleOp]) -> None:
    for target, lanes in (("x86-64-v4", 16), ("x86-64-v3", 8), ("cortex-a72", 4)):
        machine = cpu_target(target)
        text = to_llvm_text(lower(depthwise(lanes, 4, 7)), machine, "net")
        assert stack_references(emit_assembly(text, machine), "net_run") > 10


def test_only_innermost_loops_count() -> None:
    assembly = """
f:
\tmovups\t%xmm0, 8(%rsp)
.LBB0_1:
\tvmovups\t%zmm0, 64(%rsp)
.LBB0_2:
\tvfmadd231ps\t128(%rsp), %zmm1, %zmm2
\tmovq\t8(%rsp), %rax
\tvaddps\t(%rsp,%rax), %ymm1, %ymm1
\tvmovaps\t(%rdi), %zmm2
\tjne\t.LBB0_2
\tdecq\t%rbx
\tjne\t.LBB0_1
.Lfunc_end0:
g:
	mov	x29, sp
.LBB1_1:
\tldr\tq0, [sp, #16]
\tstp\tq1, q2, [x29, #-32]
\tstr\tx0, [sp, #8]
\tldr\tq0, [x0]
\tcbnz\tx1, .LBB1_1
.LBB1_2:
\tstr\td0, [sp]
\tb.lt\t.LBB1_2
\tb\t.LBB1_3
.LBB1_3:
\tret
.Lfunc_end1:
without_frame:
.LBB2_1:
	stp	q1, q2, [x29, #-32]
	vaddps	(%rbp,%rax), %ymm1, %ymm1
	b.lt	.LBB2_1
.Lfunc_end2:
with_frame:
	movq	%rsp, %rbp
.LBB3_1:
	vaddps	(%rbp,%rax), %ymm1, %ymm1
	jne	.LBB3_1
.Lfunc_end3:
"""
    assert stack_references(assembly, "f") == 2
    assert stack_references(assembly, "g") == 3
    assert stack_references(assembly, "without_frame") == 0
    assert stack_references(assembly, "with_frame") == 1
    with pytest.raises(ConvoptError, match="expected a function called h in the assembly"):
        stack_references(assembly, "h")


def test_the_depthwise_kernel_is_right(
    host_code: Callable[[str], HostCode], host: CpuTarget
) -> None:
    rng = np.random.default_rng(0)
    lanes = host.lanes
    x = rng.standard_normal((2, 30, 30, lanes)).astype(np.float32)
    w = rng.standard_normal((2, 10, lanes)).astype(np.float32)
    y = np.full((2, 28, 28, lanes), np.nan, np.float32)
    run = host_code(depthwise(lanes, 2, 7)).function("net_run", 3, 2)
    run(x.ctypes.data, w.ctypes.data, y.ctypes.data, 0, 2)
    expected = np.zeros(y.shape) + w[:, None, None, 9].astype(np.float64)
    for p, q in product(range(3), range(3)):
        expected += x[:, p : p + 28, q : q + 28].astype(np.float64) * w[:, None, None, 3 * p + q]
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("splat", [False, True])
def test_the_pointwise_kernel_is_right(
    host_code: Callable[[str], HostCode], host: CpuTarget, splat: bool
) -> None:
    rng = np.random.default_rng(0)
    lanes = host.lanes
    x = rng.standard_normal((4, 24, lanes)).astype(np.float32)
    w = rng.standard_normal((4, lanes, 2, lanes)).astype(np.float32)
    y = np.full((2, 24, lanes), np.nan, np.float32)
    run = host_code(pointwise(lanes, 6, 2, splat)).function("net_run", 3)
    run(x.ctypes.data, w.ctypes.data, y.ctypes.data)
    expected = np.einsum("bpl,bltv->tpv", x.astype(np.float64), w)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)
