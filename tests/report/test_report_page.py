"""The page: the numbers of the JSON, nothing from elsewhere, nothing of the model as markup."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from convopt.report.json_text import json_text
from convopt.report.page import page

EVIL = "<script>alert('1')</script>\"&"


class Tables(HTMLParser):
    """Rows of all tables: the cells' values, else their texts; and all text of the page."""

    def __init__(self, content):
        super().__init__()
        self.tables = []
        self.text = ""
        self.tags = set()
        self.attributes = {}
        self.cell = None
        self.feed(content)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.cell = [dict(attrs).get("data-v"), ""]
            self.tables[-1][-1].append(self.cell)

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data):
        self.text += data
        if self.cell is not None:
            self.cell[1] += data

    def table(self, *titles):
        """Rows as dictionaries, of the table that has these columns."""
        for rows in self.tables:
            names = [content for _, content in rows[0]]
            if set(titles) <= set(names):
                full = [row for row in rows[1:] if len(row) == len(names)]
                return [dict(zip(names, row, strict=True)) for row in full]
        raise AssertionError(f"no table with {titles}")


def value(cell):
    return None if cell[0] is None else float(cell[0])


@pytest.fixture
def shown(report):
    return Tables(page(report))


def test_the_table_of_layers_has_the_numbers_of_the_json(report, shown):
    kernels = json.loads(json_text(report))["kernels"]
    rows = shown.table("#", "layer", "predicted ms")
    assert [row["#"][1] for row in rows] == ["1", "2", "3", "3.1", "3.2", "4"]
    listed = [layer for kernel in kernels for layer in (kernel, *kernel["stages"])]
    for row, fields in zip(rows, listed, strict=True):
        assert row["layer"][1] == fields["name"]
        assert row["kind"][1] == fields["kind"]
        assert row["tile"][1] == fields["tile"]
        assert (value(row["MMACs"]) or 0) == fields["macs"]
        assert value(row["MB"]) == fields["bytes"]
        assert value(row["MB beyond L2"]) == fields["beyond_l2_bytes"]["total"]
        assert value(row["predicted ms"]) == fields["predicted_seconds"]
        assert value(row["measured ms"]) == fields.get("measured_seconds")
        assert value(row["roofline"]) == fields.get("roofline_share")
    assert rows[1]["shape"][1] == "16x128x128 → 32x128x128"
    assert [row["fused into"][1] for row in rows] == ["", "", "M1", "M1", "M1", ""]


def test_the_table_of_modules_has_the_numbers_of_the_json(report, shown):
    kernel = json.loads(json_text(report))["kernels"][2]
    (row,) = shown.table("module", "ms unfused")
    assert value(row["ms unfused"]) == kernel["unfused"]["predicted_seconds"]
    assert value(row["ms fused"]) == kernel["predicted_seconds"]
    assert value(row["MB unfused"]) == kernel["unfused"]["beyond_l2_bytes"]["total"]
    assert value(row["MB fused"]) == kernel["beyond_l2_bytes"]["total"]
    assert row["layers"][1] == "first, second"


def test_json_has_both_levels_and_sums(report):
    found = json.loads(json_text(report))
    assert found["target"]["name"] == "neoverse-n1"
    assert found["totals"]["modules"] == 1
    for kernel in found["kernels"]:
        for level in ("beyond_l1_bytes", "beyond_l2_bytes"):
            parts = dict(kernel[level])
            assert parts.pop("total") == sum(parts.values())
        assert kernel["beyond_l1_bytes"]["total"] >= kernel["beyond_l2_bytes"]["total"]
    assert found["compile_seconds"] == [
        {"name": "conv-choose-tiles", "seconds": 0.25},
        {"name": "conv-specialize", "seconds": 0.125},
    ]
    assert {remark["pass_name"] for remark in found["remarks"]} >= {"conv-fuse-modules"}


def test_nothing_comes_from_elsewhere(report):
    content = page(report)
    assert not re.search(r"https?:|src=|href=|url\(|@import|<link|<img|<iframe", content)
    attributes = Tables(content).attributes
    (policy,) = (text for text in attributes["content"] if "default-src" in text)
    assert policy.startswith("default-src 'none'")
    for tag in ("style", "script"):
        inside = re.search(f"<{tag}>(.*)</{tag}>", content, re.DOTALL)[1]
        digest = b64encode(sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not any(name.startswith("on") or name == "style" for name in attributes)


def test_names_of_a_model_are_never_markup(report):
    evil = replace(report.kernels[1], layer=replace(report.kernels[1].layer, name=EVIL))
    stage = replace(report.kernels[2].stages[0], name=EVIL, schedule=EVIL, tile=EVIL)
    module = replace(report.kernels[2], stages=(stage, report.kernels[2].stages[1]))
    kernels = (report.kernels[0], evil, module, report.kernels[3])
    tensor = replace(report.inputs[0], name=EVIL, shape=EVIL)
    changed = replace(
        report, model=EVIL, kernels=kernels, inputs=(tensor,), notes=(EVIL,), partition=EVIL
    )
    content = page(changed)
    assert content.count("<script>") == page(report).count("<script>") == 1
    found = Tables(content)
    assert found.tags == Tables(page(report)).tags
    assert found.text.count(EVIL) >= 5
    assert EVIL in found.attributes["title"]
    assert json.loads(json_text(changed))["kernels"][1]["name"] == EVIL


def test_remarks_stand_below_their_kernel(report):
    content = page(report)
    assert "not fused: &lt;b&gt;why&lt;/b&gt;" in content
    assert "5 remarks of all passes" in content


def test_the_bars_compare_unfused_and_fused(report, shown):
    for words in ("whole model, unfused", "whole model, as planned", "M1 unfused"):
        assert words in shown.text
    for operand in ("input", "weights", "intermediate", "output"):
        assert f"fill-{operand}" in shown.attributes["class"]


def test_a_plan_without_modules_and_times(report):
    """What there is nothing to say about is left out."""
    kernels = tuple(replace(kernel, measured_seconds=None) for kernel in report.kernels[:2])
    outputs = (replace(report.outputs[0], kernel=2),)
    plain = replace(report, kernels=kernels, outputs=outputs, phases=(), remarks=())
    found = Tables(page(plain))
    assert "Fused modules" not in found.text
    assert "Compile time" not in found.text
    columns = [content for _, content in found.tables[-1][0]]
    assert "measured ms" not in columns
    assert "fused into" not in columns


def test_a_plan_without_kernels(report):
    found = Tables(page(replace(report, kernels=(), outputs=(), phases=(), remarks=())))
    assert "No kernel computes" in found.text


def test_all_is_well_formed(report):
    """Every element but the void ones is closed, in order."""
    stack = []

    class Check(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "br"):
                stack.append(tag)

        def handle_endtag(self, tag):
            assert stack.pop() == tag

    Check().feed(page(report))
    assert stack == []
