"""Sums of index values."""

from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import i64
from xdsl.ir import Block

from convopt.passes.lower.to_llvm.affine import Affine, merged

TERMS = Block(arg_types=[i64] * 3).args
NUMBERS = st.integers(-1000, 1000)


@st.composite
def affine(draw: st.DrawFn) -> Affine:
    coefficients = draw(st.lists(NUMBERS, min_size=3, max_size=3))
    terms = {term: c for term, c in zip(TERMS, coefficients, strict=True) if c}
    return Affine(draw(NUMBERS), terms)


def evaluate(value: Affine, at: tuple[int, int, int]) -> int:
    numbers = dict(zip(TERMS, at, strict=True))
    return value.constant + sum(c * numbers[term] for term, c in value.terms.items())


@settings(deadline=None, max_examples=100)
@given(affine(), affine(), NUMBERS, st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_arithmetic_agrees_with_numbers(
    a: Affine, b: Affine, factor: int, at: tuple[int, int, int]
) -> None:
    assert evaluate(a + b, at) == evaluate(a, at) + evaluate(b, at)
    assert evaluate(a - b, at) == evaluate(a, at) - evaluate(b, at)
    assert evaluate(a.scaled(factor), at) == factor * evaluate(a, at)


def test_terms_that_cancel_are_dropped() -> None:
    a = Affine(1, {TERMS[0]: 2})
    assert (a - a).is_constant
    assert a.scaled(0) == Affine()
    assert merged({TERMS[0]: 2}, {TERMS[0]: -1}, 2) == {}
