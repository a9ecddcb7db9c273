"""The table of pairs."""

from convopt.benchmarks.layers.pairs import read_pairs


def test_pairs_are_layers_that_follow_each_other() -> None:
    pairs = [pair for pair, _ in read_pairs()]
    assert {pair.network for pair in pairs} == {
        "mobilenet_v1",
        "mobilenet_v2",
        "proxyless_gprox3",
        "xception",
    }
    for pair in pairs:
        first, second = pair.layers
        assert first.kind + second.kind == pair.kind
        assert first.output_shape == second.input_shape
        assert second.cout == pair.cout


def test_a_pair_with_its_plans() -> None:
    pair, plans = read_pairs()[1]
    first, second = pair.layers
    assert (first.name, second.name) == ("pw1 32->64 @112 s1", "dw3 64->64 @112 s2")
    plan = plans["h200"]
    assert (plan.kind, plan.filters, plan.rows, plan.columns) == ("PWDW_R", 64, 3, 8)
    assert (plan.fused, plan.unfused, plan.redundancy) == (1040576, 2496192, 0.2229)
