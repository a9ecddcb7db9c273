"""Layers and layer tables: what is read, and what is said of tables that are wrong."""

import csv
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.layers.tables import (
    COLUMNS,
    chosen_layers,
    layer_class,
    read_table,
    table_names,
)
from convopt.errors import ConvoptError, UsageError

GROUPED = Layer("net", "grp", 8, 6, 5, 12, 3, 3, 2, 1, 1, 0, 1, 2, 1, 4, 3)


def written(path: Path, *rows: dict[str, object], columns: tuple[str, ...] = COLUMNS) -> str:
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


@pytest.mark.parametrize("name", table_names())
def test_shipped_tables_are_readable(name: str) -> None:
    layers = read_table(name)
    assert all(layer.macs > 0 and layer.bytes > 0 for layer in layers)


def test_tables_of_other_things_are_no_layer_tables() -> None:
    assert "host_peer_set" in table_names()
    assert "fused_pairs" not in table_names()


def test_a_table_of_ones_own_gives_its_layers(tmp_path: Path) -> None:
    path = written(
        tmp_path / "mine.csv",
        asdict(GROUPED) | {"remark": "kept out"},
        columns=(*COLUMNS, "remark"),
    )
    assert read_table(path) == [GROUPED]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cin": "many"}, "cin: expected a whole number, found 'many'"),
        ({"stride_h": 0}, "stride_h: expected at least 1, found 0"),
        ({"pad_left": -1}, "pad_left: expected at least 0, found -1"),
        ({"groups": 3}, "groups: expected a divisor of cin 8, found 3"),
        ({"groups": 8}, "groups: expected a divisor of cout 12, found 8"),
        ({"dilation": 4}, "kh: expected a kernel within the padded input of 8, found one of 9"),
        ({"kw": 9}, "kw: expected a kernel within the padded input of 7, found one of 9"),
        ({"kind": "depth"}, "kind: expected one of dw, pw, grp, dense, found 'depth'"),
        ({"kind": "dw"}, "kind dw: expected a group for each input channel, found 4 groups of 8"),
        ({"kind": "pw"}, "kind pw: expected one group and a 1x1 kernel, found 4 groups"),
        ({"kind": "dense"}, "kind dense: expected one group, found 4 groups"),
        ({"groups": 1}, "kind grp: expected more than one group, found 1 groups"),
    ],
)
def test_a_row_that_is_no_convolution(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = written(tmp_path / "bad.csv", asdict(GROUPED), asdict(GROUPED) | change)
    with pytest.raises(ConvoptError) as error:
        read_table(path)
    assert str(error.value).startswith(f"{path}:3: {message}")


def test_a_row_that_ends_early(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text(",".join(COLUMNS) + "\nnet,dw,8\n")
    with pytest.raises(ConvoptError, match=r":2: hin: expected a value, found the end of the line"):
        read_table(str(path))


def test_a_missing_column(tmp_path: Path) -> None:
    path = written(tmp_path / "bad.csv", columns=tuple(c for c in COLUMNS if c != "groups"))
    with pytest.raises(ConvoptError, match=r"missing: groups$"):
        read_table(path)


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    empty = written(tmp_path / "empty.csv")
    with pytest.raises(ConvoptError, match="expected at least one layer"):
        read_table(empty)
    with pytest.raises(ConvoptError, match="No such file"):
        read_table(str(tmp_path / "absent.csv"))
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(ConvoptError, match="expected a layer table as CSV"):
        read_table(str(picture))


def test_an_unknown_table_gets_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="did you mean 'mobilenet_v2'"):
        read_table("mobilenetv2")


def test_classes() -> None:
    layers = {layer.network: layer_class(layer) for layer in read_table("host_peer_set")}
    assert layers["dw5 672x14 s1"] == "dw5"
    assert layers["pw 96->24 @56"] == "pw"
    assert layers["grp3 512 g32 @14"] == "grp3"
    assert layers["grp1 240 g3 @28"] == "grp1"
    assert layers["gspc 64 @32 g1"] == layers["gspc 64 @32 g64"] == "gspc_64@32"
    assert layer_class(replace(GROUPED, kw=1)) == "grp3x1"


def test_layers_are_chosen_by_name_kind_class_and_network() -> None:
    layers = read_table("gspc_sweep")
    assert chosen_layers(layers, []) == layers
    assert {layer.kind for layer in chosen_layers(layers, ["dw", "dense*"])} == {"dw", "dense"}
    assert len(chosen_layers(layers, ["gspc_64@32"])) == 7
    assert [one.groups for one in chosen_layers(layers, ["* g16"])] == [16, 16]
    with pytest.raises(UsageError, match=r"found none for 'dw5\*'"):
        chosen_layers(layers, ["dw5*"])


def test_reference_agrees_with_the_sums_written_out() -> None:
    data = LayerData.random(replace(GROUPED, dilation=2))
    layer = data.layer
    _, outputs, rows, columns = layer.output_shape
    expected = np.zeros((outputs, rows, columns))
    for o, r, c in np.ndindex(outputs, rows, columns):
        first = o // (outputs // layer.groups) * (layer.cin // layer.groups)
        for i, kh, kw in np.ndindex(*layer.filter_shape[1:]):
            row = r * layer.stride_h + kh * layer.dilation - layer.pad_top
            column = c * layer.stride_w + kw * layer.dilation - layer.pad_left
            if 0 <= row < layer.hin and 0 <= column < layer.win:
                expected[o, r, c] += np.float64(data.weights[o, i, kh, kw]) * np.float64(
                    data.x[0, first + i, row, column]
                )
        expected[o, r, c] += data.bias[o]
    np.testing.assert_allclose(data.reference[0], expected, rtol=1e-12)
