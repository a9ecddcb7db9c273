"""The cache: what is in a key, what happens to bad entries, to too many, and without a place."""

import dataclasses
import os
import warnings

import pytest

import convopt
import convopt.build
from convopt.artifact import Artifact
from convopt.backends.targets import cpu_target
from convopt.cache import ModelCache, model_key, source_digest, user_cache
from convopt.compiler import compiled_artifact

KEY = "k" * 64


@pytest.fixture
def builds(monkeypatch):
    """How often a model was compiled."""
    counted = []
    build = convopt.build.Builder.build

    def counting(self, model, symbol):
        counted.append(model.name)
        return build(self, model, symbol)

    monkeypatch.setattr(convopt.build.Builder, "build", counting)
    return counted


def test_the_second_compilation_is_a_look_up(network, builds):
    for _ in range(2):
        network.check(convopt.compile(network.text)(network.a, network.b))
    assert builds == ["model"]


def test_without_the_cache(network, builds, own_cache):
    for _ in range(2):
        convopt.compile(network.text, cache=False)
    assert len(builds) == 2
    assert not own_cache.exists()


def test_a_changed_model_is_compiled_again(network, builds):
    convopt.compile(network.text)
    convopt.compile(network.text.replace("addf", "subf"))
    assert len(builds) == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(os.urandom(1000)),
        lambda path: path.write_bytes(b"x" + path.read_bytes()[1:]),
    ],
    ids=["cut", "empty", "random", "changed"],
)
def test_bad_entries_are_made_again(network, builds, own_cache, spoil):
    convopt.compile(network.text)
    (entry,) = own_cache.iterdir()
    good = entry.read_bytes()
    spoil(entry)
    network.check(convopt.compile(network.text)(network.a, network.b))
    assert len(builds) == 2
    assert entry.read_bytes() == good


def test_entries_of_another_format_are_made_again(network, builds, own_cache):
    convopt.compile(network.text)
    (entry,) = own_cache.iterdir()
    user_cache().store(entry.stem, b"convopt0 and something that is no artifact")
    network.check(convopt.compile(network.text)(network.a, network.b))
    assert len(builds) == 2


def test_a_key_has_everything_that_matters(tmp_path):
    target = cpu_target("cortex-a72")
    keys = [
        model_key(b"m", None, {}, target, {}),
        model_key(b"n", None, {}, target, {}),
        model_key(b"m", None, {"x": (1, 2)}, target, {}),
        model_key(b"m", None, {"x": (2, 1)}, target, {}),
        model_key(b"m", None, {}, dataclasses.replace(target, l2_bytes=1), {}),
        model_key(b"m", None, {}, target, {"symbol": "a"}),
    ]
    assert len(set(keys)) == len(keys)
    assert model_key(b"m", None, {}, target, {}) == keys[0]


def test_external_data_are_part_of_the_key(tmp_path):
    target = cpu_target("cortex-a72")
    # As protobuf writes the entry (location, weights.bin) of a tensor's external_data.
    model = b"\x6a\x17\x0a\x08location\x12\x0bweights.bin"

    def key():
        return model_key(model, tmp_path, {}, target, {})

    missing = key()
    (tmp_path / "weights.bin").write_bytes(b"1")
    first = key()
    (tmp_path / "weights.bin").write_bytes(b"2")
    assert len({missing, first, key()}) == 3


def test_changing_the_sources_changes_the_keys(monkeypatch):
    before = source_digest()
    status = os.stat
    later = lambda path: os.stat_result((*status(path)[:6], 7, *status(path)[7:]))  # noqa: E731
    monkeypatch.setattr(os, "stat", later)
    source_digest.cache_clear()
    try:
        assert source_digest() != before
    finally:
        monkeypatch.undo()
        source_digest.cache_clear()
    assert source_digest() == before


def test_the_least_recently_used_go_first(tmp_path):
    cache = ModelCache(tmp_path, limit_bytes=350)
    for number, name in enumerate("abc"):
        cache.store(name, bytes(68))
        os.utime(tmp_path / f"{name}.convopt", (number, number))
    assert cache.load("a") == bytes(68)  # used last, now
    cache.store("d", bytes(68))
    assert [name for name in "abcd" if cache.load(name) is None] == ["b"]


def test_the_newest_entry_stays_however_large(tmp_path):
    cache = ModelCache(tmp_path, limit_bytes=10)
    cache.store("large", bytes(1000))
    assert cache.load("large") == bytes(1000)


def test_a_folder_that_cannot_be_written_is_a_warning(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.warns(RuntimeWarning, match=f"compiled models are not kept in {blocked}"):
        ModelCache(blocked).store(KEY, b"content")
    assert ModelCache(blocked).load(KEY) is None


def test_nothing_half_written_stays(tmp_path):
    cache = ModelCache(tmp_path)
    cache.store(KEY, b"content")
    assert [path.name for path in tmp_path.iterdir()] == [f"{KEY}.convopt"]


def test_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert user_cache().folder != tmp_path / "xdg" / "convopt"  # CONVOPT_CACHE_DIR goes before
    monkeypatch.delenv("CONVOPT_CACHE_DIR")
    assert user_cache().folder == tmp_path / "xdg" / "convopt"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_cache().folder == tmp_path / ".cache" / "convopt"


def test_artifacts_survive_as_bytes(network):
    artifact = compiled_artifact(network.text, "cortex-a72", cache=False)
    again = Artifact.from_bytes(artifact.to_bytes())
    assert again == artifact
    assert again.segments[0].interface == artifact.segments[0].interface


@pytest.mark.parametrize("data", [b"", b"convopt1", b"other", b"convopt1" + bytes(8) + b"{}"])
def test_other_bytes_are_no_artifact(data):
    with pytest.raises((ValueError, KeyError)):
        Artifact.from_bytes(data)


def test_caching_warns_about_nothing(network):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        convopt.compile(network.text)
