"""`--verify-diagnostics`: what is reported must be expected, and the other way round."""

import pytest

from convopt.cli.diagnostics import Diagnostic, Expectation, expectations, mismatches
from convopt.cli.inputs import Chunk

BAD = "%0 = arith.konstant 1 : i32"


def check(convopt, text, *options):
    return convopt("--verify-diagnostics", *options, stdin=text.encode())


@pytest.mark.parametrize(
    "text",
    [
        f"// expected-error@+1 {{{{unknown operation 'arith.konstant'}}}}\n{BAD}\n",
        f"// expected-error @+1 {{{{unknown operation}}}}\n{BAD}\n",
        f"// expected-error@below {{{{unknown operation}}}}\n{BAD}\n",
        f"{BAD}\n// expected-error@-1 {{{{unknown operation}}}}\n",
        f"{BAD}\n// expected-error@above {{{{unknown operation}}}}\n",
        f"{BAD} // expected-error {{{{unknown operation}}}}\n",
        f"// expected-error-re@+1 {{{{unknown {{{{[a-z]+}}}} 'arith}}}}\n{BAD}\n",
    ],
)
def test_expected_errors_pass(convopt, text):
    found = check(convopt, text)
    assert found.code == 0, found.err
    assert found.err == ""


def test_verifier_errors_have_the_line_of_their_operation(convopt):
    text = """func.func @f(%x: tensor<1x4x6x6xf32>, %w: tensor<4x1x3x3xf32>) {
  // expected-error @+1 {{expected}}
  %y = "conv.conv2d"(%x, %w) <{groups = 3 : i64, stride = array<i64: 1, 1>, operandSegmentSizes = array<i32: 1, 1, 0, 0>}> ({}) : (tensor<1x4x6x6xf32>, tensor<4x1x3x3xf32>) -> tensor<1x4x4x4xf32>
  func.return
}
"""  # noqa: E501
    found = check(convopt, text)
    assert found.code == 0, found.err


def test_an_error_that_is_not_expected_fails(convopt):
    found = check(convopt, f"\n{BAD}\n")
    assert found.code == 1
    assert found.err.startswith("<stdin>:2: error: unexpected error: unknown operation")


def test_an_error_that_is_not_reported_fails(convopt):
    found = check(convopt, "// expected-error@+1 {{no such thing}}\n%0 = arith.constant 1 : i32\n")
    assert found.code == 1
    assert found.err == (
        "<stdin>:1: error: expected error at line 2 was not reported: no such thing\n"
    )


def test_the_wrong_line_fails_both_ways(convopt):
    found = check(convopt, f"// expected-error@+2 {{{{unknown operation}}}}\n{BAD}\n")
    assert found.code == 1
    assert "<stdin>:2: error: unexpected error" in found.err
    assert "<stdin>:1: error: expected error at line 3" in found.err


def test_every_chunk_is_checked(convopt):
    text = f"// expected-error@+1 {{{{unknown}}}}\n{BAD}\n// -----\n{BAD}\n"
    found = check(convopt, text, "--split-input-file")
    assert found.code == 1
    assert found.err.count("error:") == 2
    assert found.err.startswith("<stdin>:4: error: unexpected error")


def test_remarks_are_checked_when_they_are_asked_for(convopt, source):
    text = source.read_text()
    expected = text.replace("  %y =", "  // expected-remark @+1 {{conv-choose-tiles}}\n  %y =")
    options = ("-p", "conv-specialize,conv-choose-tiles", "--remarks=analysis")
    assert check(convopt, expected, *options).code == 0
    assert check(convopt, text, *options).code == 1
    assert check(convopt, text, *options, "--verify-diagnostics=only-expected").code == 0
    assert check(convopt, text, *options[:2]).code == 0


def test_errors_of_unknown_place(convopt):
    text = "// expected-error @unknown {{expected one function}}\nfunc.func @f() { func.return }\n"
    found = check(convopt, text, "-p", "conv-outline-kernels{target=cortex-a72}")
    assert found.code == 0, found.err


def test_above_and_below_skip_lines_of_expectations():
    text = "// expected-error@below {{a}}\n// expected-note@below {{b}}\nx\n"
    text += "// expected-error@above {{c}}"
    assert [one.line for one in expectations(text)] == [3, 3, 3]


def test_a_count_expects_as_many():
    one = Diagnostic("error", 2, "bad")
    chunk = Chunk("// expected-error@+1 2 {{bad}}\nx\n", "f")
    assert mismatches(chunk, [one, one]) == []
    assert len(mismatches(chunk, [one])) == 1
    assert len(mismatches(chunk, [one, one, one])) == 1


def test_text_is_no_pattern_without_re():
    one = Expectation("error", 1, "a.c", False, 1)
    assert one.accepts(Diagnostic("error", 1, "xa.cx"))
    assert not one.accepts(Diagnostic("error", 1, "abc"))
    assert not one.accepts(Diagnostic("warning", 1, "a.c"))
