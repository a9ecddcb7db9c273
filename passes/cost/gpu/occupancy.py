"""What a kernel takes of a multiprocessor: registers, shared memory, and how many blocks fit."""

from convopt.backends.targets import GpuTarget
from convopt.passes.geometry.blocks.checks import problem_of
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.kinds import ModuleKind
from convopt.passes.geometry.blocks.matrix import FRAGMENT_WORDS, TALL
from convopt.passes.geometry.blocks.threads import WARP, ProductThreads

MOST_REGISTERS = 255
"""A thread's, by the instructions' encoding."""
MOST_UNROLLED = 32
"""Rounds of copies that become straight code."""
_BASE_REGISTERS = 26
"""Addresses, indices and loop counters. Of the estimate that this and the next one make, ptxas took
0.7 to 1.7 for nine out of ten of 488 planned kernels, f32 and f16, for four GPUs."""
_ADDRESS_REGISTERS = 4
_WIDEST_COPY = 4
_PIXEL_FRAGMENT = 2
_COPIED_ONCE = (ModuleKind.DW, ModuleKind.PWDWPW)
_REGISTERS_PER_BLOCK = 65536
_REGISTER_UNIT = 8
_SYSTEM_SHARED_BYTES = 1024
"""What the system takes of every block's shared memory from compute capability 8.0 on."""


def problem_on(kernel: BlockKernel, target: GpuTarget) -> str:
    """Why the target cannot run the kernel, or nothing can; empty if it can."""
    problem = problem_of(kernel)
    if problem:
        return problem
    if kernel.sizes.matrix and not target.matrix_cycles:
        return f"matrix: expected a GPU with tensor cores, found {target.name}"
    if kernel.sizes.matrix and kernel.lanes == 1 and not target.has_tf32:
        found = target.compute_capability
        return f"matrix: expected compute capability 8.0 or more for tf32, found {found}"
    if kernel.shared.size > target.shared_bytes_per_block:
        return (
            f"shared memory: expected at most {target.shared_bytes_per_block} bytes in a block on "
            f"{target.name}, found {kernel.shared.size}"
        )
    registers = least_registers(kernel)
    if registers > MOST_REGISTERS:
        return f"registers: expected at most {MOST_REGISTERS} in a thread, found about {registers}"
    if kernel.threads > target.threads_per_sm or not resident_blocks(kernel, target):
        return (
            f"registers: expected at most {target.registers_per_sm} in a block on {target.name}, "
            f"found about {_warps(kernel) * WARP * registers}"
        )
    return ""


def registers_of(kernel: BlockKernel) -> int:
    """About how many registers a thread takes. Addresses of copies stay in registers from step to
    step where copies are unrolled, as long as there are any to have."""
    warps = _warps(kernel)
    most = min(MOST_REGISTERS, _REGISTERS_PER_BLOCK // (warps * WARP))
    return min(max(most, least_registers(kernel)), least_registers(kernel) + _addresses(kernel))


def _addresses(kernel: BlockKernel) -> int:
    if kernel.kind in _COPIED_ONCE or kernel.steps == 1:
        return 0
    pixels = kernel.sizes.pixels // _WIDEST_COPY if kernel.is_flat else kernel.touched_pixels
    rounds = -(-kernel.groups_of_a_tile * kernel.step_words * pixels // kernel.threads)
    return _ADDRESS_REGISTERS * rounds if rounds <= MOST_UNROLLED else 0


def least_registers(kernel: BlockKernel) -> int:
    """What a thread cannot do without: sums and factors of its products, strips, indices."""
    if kernel.kind is ModuleKind.DW:
        return _BASE_REGISTERS + 2 * kernel.sizes.thread_pixels
    products = [_of_product(kernel.product)]
    if kernel.kind in (ModuleKind.PWPW, ModuleKind.PWDWPW):
        products.append(_of_product(kernel.first_product))
    if kernel.kind is ModuleKind.PWDWPW:  # the last sums stay while the first ones are made
        return _BASE_REGISTERS + sum(products)
    offsets = kernel.sizes.thread_pixels if not kernel.is_flat else 0
    return _BASE_REGISTERS + max(products) + offsets


def _of_product(product: ProductThreads) -> int:
    if product.is_matrix:
        return product.sums + FRAGMENT_WORDS * (product.thread_filters // TALL) + _PIXEL_FRAGMENT
    return product.sums + product.thread_filters + product.thread_pixels


def resident_blocks(kernel: BlockKernel, target: GpuTarget) -> int:
    """Blocks that a multiprocessor holds at a time."""
    warps = _warps(kernel)
    registers = -(-registers_of(kernel) // _REGISTER_UNIT) * _REGISTER_UNIT
    system = 0 if target.compute_capability.startswith("7.") else _SYSTEM_SHARED_BYTES
    return min(
        target.blocks_per_sm,
        target.threads_per_sm // (warps * WARP),
        target.registers_per_sm // (warps * WARP * registers),
        target.shared_bytes_per_sm // (kernel.shared.size + system),
    )


def _warps(kernel: BlockKernel) -> int:
    return -(-kernel.threads // WARP)
