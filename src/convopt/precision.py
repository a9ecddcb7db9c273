"""What activations and filters are stored and multiplied in; light, for the command lines."""

from convopt.backends.targets import GpuTarget, Target
from convopt.errors import ConvoptError
from convopt.suggestions import did_you_mean

F32, TF32, F16 = "f32", "tf32", "f16"
PRECISIONS = (F32, TF32, F16)
"""`tf32`: stored in f32, and tensor cores may round factors to ten bits. `f16`: stored so. Sums and
epilogues are f32 in all."""


def check_precision(precision: str, target: Target) -> None:
    """Raise ConvoptError for an unknown precision and one that the target does not have."""
    if precision not in PRECISIONS:
        known = ", ".join(PRECISIONS)
        hint = did_you_mean(precision, PRECISIONS)
        raise ConvoptError(f"expected a precision out of {known}, found '{precision}'{hint}")
    if precision == F32:
        return
    if not isinstance(target, GpuTarget):
        raise ConvoptError(f"expected a GPU target for {precision}, found the CPU {target.name}")
    if precision == TF32 and not target.has_tf32:
        raise ConvoptError(
            f"expected a GPU with tensor cores of compute capability 8.0 or more for tf32, found "
            f"{target.name} of {target.compute_capability}"
        )
