"""Kernel names decode to what they were made of."""

from hypothesis import given
from hypothesis import strategies as st

from convopt.passes.lower.kernel_names import (
    KernelName,
    digest_of,
    parse_kernel_name,
    window_text,
)

names = st.builds(
    KernelName,
    st.sampled_from(["dw", "pw", "grp", "dense", "elementwise", "global_avgpool", "to_plain"]),
    st.lists(st.integers(1, 2048), max_size=4).map(tuple),
    st.sampled_from([None, 4, 8, 16]),
    st.text().map(digest_of),
    st.sampled_from(["", "3x3s1", "5x1s2x1", "3x3s2g32", "1x11s4x3g7"]),
    st.none() | st.tuples(st.integers(1, 16), st.integers(1, 28)),
)


@given(names)
def test_a_name_parses_back(name: KernelName) -> None:
    assert parse_kernel_name(str(name)) == name


def test_the_documented_name() -> None:
    name = KernelName("dw", (144, 56, 56), 16, "9f3a21", window_text((3, 3), (1, 1)), (2, 7))
    assert str(name) == "f32_dw3x3s1_144x56x56_nchw16c_2x7_9f3a21"


def test_other_functions_are_no_kernels() -> None:
    assert parse_kernel_name("main") is None
    assert parse_kernel_name("convopt_barrier") is None


def test_unequal_strides_and_groups_are_named() -> None:
    assert window_text((5, 5), (2, 1), 4) == "5x5s2x1g4"
