"""The AArch64 decoder and the cutting of code into blocks, against encodings and an emulator."""

import numpy as np
import pytest
from unicorn import (
    UC_ARCH_ARM64,
    UC_HOOK_CODE,
    UC_HOOK_MEM_READ,
    UC_HOOK_MEM_WRITE,
    UC_MEM_READ,
    UC_MODE_ARM,
)
from unicorn import arm64_const as arm64
from unicorn.unicorn_py3.unicorn import Uc

from convopt.backends.llvm.codegen import parse, target_machine
from convopt.backends.targets import cpu_target
from convopt.convdialect.shapes import Window
from convopt.testing.aarch64_decode import Effects, decode
from convopt.testing.code_blocks import code_blocks, hottest, total_effects
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.elf import Image, Symbol, load_object
from convopt.testing.emulator import run_aarch64
from convopt.testing.execution import SYMBOL, Compiled, compiled


def load(size: int, stack: int = 0) -> Effects:
    return Effects(1, loads=1, load_bytes=size, stack_references=stack)


def store(size: int, stack: int = 0) -> Effects:
    return Effects(1, stores=1, store_bytes=size, stack_references=stack)


def both(size: int) -> Effects:
    return Effects(1, 1, 1, size, size)


def fma(lanes: int) -> Effects:
    return Effects(1, fmas=1, fma_lanes=lanes)


OTHER, BRANCH = Effects(1), Effects(1, branches=1)

ENCODINGS = {
    "ldp q0, q1, [x0]": (0xAD400400, load(32)),
    "stp q0, q1, [x0], #32": (0xAC810400, store(32)),
    "ldr q0, [x0, #16]": (0x3DC00400, load(16)),
    "str q0, [sp, #16]": (0x3D8007E0, store(16, stack=1)),
    "ldur q0, [x0, #-16]": (0x3CDF0000, load(16)),
    "ldr s0, [x0, x1, lsl #2]": (0xBC617800, load(4)),
    "ldr x0, [x1], #8": (0xF8408420, load(8)),
    "ldrb w0, [x1]": (0x39400020, load(1)),
    "ldrsw x0, [x1]": (0xB9800020, load(4)),
    "ldpsw x0, x1, [x2]": (0x69400440, load(8)),
    "ldp w0, w1, [x2]": (0x29400440, load(8)),
    "stp x29, x30, [sp, #-16]!": (0xA9BF7BFD, store(16, stack=1)),
    "ldr q0, label": (0x9C000040, load(16)),
    "ldr x0, label": (0x58000040, load(8)),
    "prfm pldl1keep, [x0]": (0xF9800000, OTHER),
    "prfm pstl1keep, label": (0xD8000050, OTHER),
    "prfum pldl1keep, [x0, #-8]": (0xF89F8000, OTHER),
    "ld1 {v0.4s - v3.4s}, [x0]": (0x4C402800, load(64)),
    "ld1 {v0.2s}, [x0]": (0x0C407800, load(8)),
    "ld2 {v0.4s, v1.4s}, [x0]": (0x4C408800, load(32)),
    "st3 {v0.4s - v2.4s}, [x0]": (0x4C004800, store(48)),
    "ld1r {v0.4s}, [x0]": (0x4D40C800, load(4)),
    "ld1 {v0.s}[1], [x0]": (0x0D409000, load(4)),
    "ld1 {v0.d}[1], [x0]": (0x4D408400, load(8)),
    "ld2r {v0.4s, v1.4s}, [x0]": (0x4D60C800, load(8)),
    "st1 {v0.h}[3], [x0]": (0x0D005800, store(2)),
    "ldadd w0, w1, [x2]": (0xB8200041, both(4)),
    "swpal x0, x1, [x2]": (0xF8E08041, both(8)),
    "cas x0, x1, [x2]": (0xC8A07C41, both(8)),
    "casp x0, x1, x2, x3, [x4]": (0x48207C82, both(16)),
    "ldapr w0, [x1]": (0xB8BFC020, load(4)),
    "ldaxr x0, [x1]": (0xC85FFC20, load(8)),
    "stlxr w2, x0, [x1]": (0xC802FC20, store(8)),
    "ldxp x0, x1, [x2]": (0xC87F0440, load(16)),
    "stlr w0, [x1]": (0x889FFC20, store(4)),
    "fmla v0.4s, v1.4s, v2.4s": (0x4E22CC20, fma(4)),
    "fmla v0.4s, v1.4s, v2.s[3]": (0x4FA21820, fma(4)),
    "fmls v0.2s, v1.2s, v2.2s": (0x0EA2CC20, fma(2)),
    "fmla v0.2d, v1.2d, v2.d[1]": (0x4FC21820, fma(2)),
    "fmla s0, s1, v2.s[1]": (0x5FA21020, fma(1)),
    "fmadd s0, s1, s2, s3": (0x1F020C20, fma(1)),
    "fmul v0.4s, v1.4s, v2.4s": (0x6E22DC20, OTHER),
    "fadd v0.4s, v1.4s, v2.4s": (0x4E22D420, OTHER),
    "mov v0.16b, v1.16b": (0x4EA11C20, OTHER),
    "add x0, x1, #16": (0x91004020, OTHER),
    "madd x0, x1, x2, x3": (0x9B020C20, OTHER),
    "b label": (0x14000002, BRANCH),
    "bl label": (0x94000002, BRANCH),
    "b.ne label": (0x54000041, BRANCH),
    "cbz x0, label": (0xB4000040, BRANCH),
    "tbnz w0, #3, label": (0x37180040, BRANCH),
    "br x0": (0xD61F0000, BRANCH),
    "blr x1": (0xD63F0020, BRANCH),
    "ret": (0xD65F03C0, BRANCH),
    "nop": (0xD503201F, OTHER),
    "mrs x0, tpidr_el0": (0xD53BD040, OTHER),
    "svc #0": (0xD4000001, OTHER),
}


@pytest.mark.parametrize("assembly", ENCODINGS)
def test_encodings(assembly: str) -> None:
    word, effects = ENCODINGS[assembly]
    assert decode(word) == effects


def test_sve_is_refused() -> None:
    with pytest.raises(ValueError, match="found SVE: 0x4a0e3e0"):
        decode(0x04A0E3E0)  # cntw x0


@pytest.fixture(scope="module")
def convolution() -> Compiled:
    """Grouped, with edges and a channel tail, so that stores and loads of many sizes occur."""
    case = ConvolutionCase(1, 3, 2, 2, (6, 7), Window((3, 3), (1, 1), (1, 1, 1, 1), (1, 1)))
    return compiled(case.module(), "neoverse-n1")


def buffers(code: Compiled) -> list[np.ndarray]:
    x = np.random.default_rng(0).standard_normal((1, 6, 6, 7)).astype(np.float32)
    outputs = [np.zeros(shape, np.float32) for shape in code.output_shapes]
    return [x, *outputs, code.weights, np.zeros(code.workspace_bytes // 4, np.float32)]


def test_totals_are_those_of_hooks_on_every_access_and_instruction(convolution: Compiled) -> None:
    emulation = run_aarch64(
        convolution.object_code,
        f"{SYMBOL}_run",
        buffers(convolution),
        (0, 1),
        cpu="neoverse-n1",
        sides=["start"],
        count=True,
    )
    total = total_effects(emulation.blocks)
    instructions, read, written = hooked(convolution.object_code, buffers(convolution))
    assert (total.instructions, total.load_bytes, total.store_bytes) == (
        instructions,
        read,
        written,
    )
    assert emulation.instructions == instructions
    assert 0 < total.loads < total.load_bytes / 4
    assert total.fma_lanes > 0


def hooked(code: bytes, arrays: list[np.ndarray]) -> tuple[int, int, int]:
    """Instructions, bytes read and bytes written, each counted as it happens."""
    image = load_object(code, 0x100000)
    core = Uc(UC_ARCH_ARM64, UC_MODE_ARM)
    core.ctl_set_cpu_model(arm64.UC_CPU_ARM64_MAX)
    core.reg_write(arm64.UC_ARM64_REG_CPACR_EL1, 3 << 20)
    core.mem_map(0, 1 << 24)
    core.mem_write(image.base, image.data)
    free = 0x800000
    arguments = []
    for array in arrays:
        core.mem_write(free, array.tobytes())
        arguments.append(free)
        free += array.nbytes + 4096 & ~63
    for number, value in enumerate([*arguments, 0, 1]):
        core.reg_write(arm64.UC_ARM64_REG_X0 + number, value)
    core.reg_write(arm64.UC_ARM64_REG_SP, 0x700000)
    core.reg_write(arm64.UC_ARM64_REG_LR, 0x8000)
    totals = [0, 0, 0]

    def on_instruction(core: Uc, address: int, size: int, data: object) -> None:
        totals[0] += 1

    def on_access(core: Uc, access: int, address: int, size: int, value: int, data: object) -> None:
        totals[1 if access == UC_MEM_READ else 2] += size

    core.hook_add(UC_HOOK_CODE, on_instruction)
    core.hook_add(UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, on_access)
    core.emu_start(image.symbols[f"{SYMBOL}_run"].address, 0x8000)
    return totals[0], totals[1], totals[2]


def test_blocks_end_at_branches_and_not_where_the_emulator_cuts() -> None:
    add, fmla, back, back_again = 0x91004020, 0x4E22CC20, 0x54FFFFC1, 0xD65F03C0
    words = (add, fmla, fmla, back, add, back_again)
    data = b"".join(word.to_bytes(4, "little") for word in words)
    image = Image(0x1000, data, {"f": Symbol(0x1000, 24), "mark": Symbol(0x1010, 0)})
    blocks = code_blocks(image, {(0x1000, 8): 1, (0x1008, 8): 1, (0x1004, 12): 9, (0x1010, 8): 1})
    assert [(block.offset, len(block.words), block.executions) for block in blocks] == [
        (0, 1, 1),
        (4, 3, 10),
        (16, 2, 1),
    ]
    assert hottest(blocks).words == (fmla, fmla, back)
    assert total_effects(blocks) == Effects(33, fmas=20, fma_lanes=80, branches=11)
    with pytest.raises(ValueError, match="expected code inside a function, found 0x1000"):
        code_blocks(Image(0x1000, data, {}), {(0x1000, 8): 1})


def test_blocks_name_their_function() -> None:
    text = """target triple = "aarch64-linux-gnu"
    define internal void @inner(ptr %p, i64 %n) noinline {
    entry:
      br label %loop
    loop:
      %i = phi i64 [0, %entry], [%next, %loop]
      %at = getelementptr i64, ptr %p, i64 %i
      store volatile i64 %i, ptr %at
      %next = add i64 %i, 1
      %more = icmp ult i64 %next, %n
      br i1 %more, label %loop, label %done
    done:
      ret void
    }
    define void @outer(ptr %p, i64 %n) {
      call void @inner(ptr %p, i64 %n)
      ret void
    }"""
    machine = target_machine(cpu_target("neoverse-n1"))
    code: bytes = machine.emit_object(parse(text, machine))
    numbers = np.zeros(50, np.int64)
    emulation = run_aarch64(code, "outer", [numbers], [50], sides=["start"], count=True)
    hot = hottest(emulation.blocks)
    assert (hot.symbol, hot.executions, hot.effects.stores) == ("inner", 50, 1)
    assert {block.symbol for block in emulation.blocks} == {"inner", "outer"}
    assert numbers[-1] == 49
