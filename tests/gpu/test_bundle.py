"""The artefact: written and read again; what is not the artefact is refused."""

import json
from dataclasses import replace

import pytest

from convopt.errors import ConvoptError
from convopt.gpu.bundle import Bundle


@pytest.fixture
def bundle(toy):
    return replace(toy.bundle, ptx="// ptx\n", cubin=b"\x7fELF", name="Toy", compiled_nodes=7)


@pytest.fixture
def written(bundle, tmp_path):
    """The description's path; the files lie beside it."""
    for path, data in bundle.files(tmp_path / "toy.json").items():
        path.write_bytes(data)
    return tmp_path / "toy.json"


def test_files(bundle, written):
    names = {path.name for path in written.parent.iterdir()}
    assert names == {"toy.json", "toy.cu", "toy.weights", "toy.ptx", "toy.cubin"}
    assert Bundle.read(written) == bundle
    assert written.with_suffix(".cu").read_text() == bundle.cuda


def test_the_description_says_what_is_launched(written):
    found = json.loads(written.read_text())
    assert [launch["kernel"] for launch in found["launches"]] == ["scale_kernel", "add_kernel"]
    assert found["model"] == {"name": "Toy", "compiled_nodes": 7, "notes": ["a batch of 2"]}


def test_without_nvcc(toy, tmp_path):
    files = toy.bundle.files(tmp_path / "toy.json")
    assert {path.name for path in files} == {"toy.json", "toy.cu", "toy.weights"}


def test_code_of_an_earlier_bundle_is_not_read(toy, written):
    for path, data in toy.bundle.files(written).items():
        path.write_bytes(data)
    assert written.with_suffix(".cubin").exists()
    assert Bundle.read(written).cubin is None


def test_a_blob(bundle, toy):
    assert Bundle.from_bytes(bundle.to_bytes()) == bundle
    assert Bundle.from_bytes(toy.bundle.to_bytes()) == toy.bundle


@pytest.mark.parametrize("kept", [0, 7, 20, 1000, -1])
def test_a_truncated_blob(bundle, kept):
    with pytest.raises(ConvoptError, match="expected"):
        Bundle.from_bytes(bundle.to_bytes()[:kept])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.with_suffix(".weights").write_bytes(b"abc"),
         r"toy.json: the file .weights beside it: expected 224 bytes, found 3"),
        (lambda path: path.with_suffix(".weights").write_bytes(bytes(224)),
         "the file .weights beside it: expected the one that was written with it, found another"),
        (lambda path: path.with_suffix(".cubin").write_bytes(b"\x7fELG"),
         "the file .cubin beside it: expected the one that was written with it"),
        (lambda path: path.with_suffix(".cu").unlink(), "cannot read .*toy.cu: No such file"),
        (lambda path: path.unlink(), "cannot read .*toy.json: No such file"),
        (lambda path: path.write_text("{}"), "toy.json: expected a network as .* writes it"),
        (lambda path: path.write_text("[1]"), "toy.json: expected a network as .* writes it"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "toy.json: expected a network as"),
        (lambda path: path.write_bytes(path.read_bytes()[:500]), "toy.json: expected a network"),
        (lambda path: path.write_text(path.read_text().replace('"format": 1', '"format": 99')),
         "expected format 1, found 99"),
        (lambda path: path.write_text(path.read_text().replace('"grid"', '"gird"')),
         "expected JSON as convopt writes it"),
        (lambda path: path.write_text("[" * 100_000), "toy.json: expected a network as"),
        (lambda path: path.write_text(path.read_text().replace('"sha256": "', '"sha1": "')),
         "toy.json: expected a network as"),
    ],
)  # fmt: skip
def test_what_is_not_a_bundle(written, spoil, message):
    spoil(written)
    with pytest.raises(ConvoptError, match=message) as caught:
        Bundle.read(written)
    assert "\n" not in str(caught.value)


def places(fields, before=()):
    """The keys that lead to every number and string."""
    items = fields.items() if isinstance(fields, dict) else enumerate(fields)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from places(value, (*before, key))
        else:
            yield *before, key


def test_nothing_of_a_description_can_be_changed(written):
    """Each value in turn; a launch with another address would write anywhere."""
    whole = written.read_text()
    keys = list(places(json.loads(whole)))
    assert ("launches", 0, "arguments", 0, "offset") in keys
    for *outer, last in keys:
        fields = json.loads(whole)
        inner = fields
        for key in outer:
            inner = inner[key]
        inner[last] = inner[last] + 1 if isinstance(inner[last], int) else f"{inner[last]}_"
        written.write_text(json.dumps(fields))
        with pytest.raises(ConvoptError, match=r"toy.json: expected|expected format 1"):
            Bundle.read(written)


def test_a_changed_description(written):
    written.write_text(
        written.read_text().replace('"workspace_bytes": 1216', '"workspace_bytes": 1')
    )
    message = "toy.json: expected the description as it was written, found a changed one"
    with pytest.raises(ConvoptError, match=message):
        Bundle.read(written)


def test_a_description_may_be_formatted_anew(bundle, written):
    written.write_text(json.dumps(json.loads(written.read_text()), indent=4, sort_keys=True))
    assert Bundle.read(written) == bundle
