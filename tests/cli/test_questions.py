"""The verbs that answer questions, on a store whose answers are planted."""

from __future__ import annotations

import json

import numpy as np
import pytest

import repscope as rs
from repscope.cli import app
from repscope.cli.choice import one_layer
from repscope.errors import UnknownName
from repscope.store import open_store

ITEMS = 120


def stored(to, name, layers, labels=None):
    """Record arrays as the layers of a model."""
    cuts = np.cumsum([x.shape[1] for x in layers.values()])[:-1]
    whole = np.concatenate(list(layers.values()), axis=1)
    batches = [whole if labels is None else (whole, labels)]
    rs.record(lambda x: dict(zip(layers, np.split(x, cuts, axis=1), strict=True)), batches, to=to, name=name)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Models whose layer `near` is nearer to `base` than `far` is."""
    to, rng = tmp_path_factory.mktemp("runs") / "store", np.random.default_rng(0)
    base = rng.standard_normal((ITEMS, 6))
    near, far = (base + noise * rng.standard_normal(base.shape) for noise in (0.5, 3.0))
    stored(to, "a", {"base": base})
    stored(to, "b", {"far": far, "near": near})
    return to


def run(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        app.app([str(word) for word in words])
    assert ended.value.code in (0, None)
    return capsys.readouterr()


def test_differ(planted, capsys, tmp_path):
    said = run(capsys, "differ", planted, "a/base", "near", "far", "--to", tmp_path / "d.json").out
    assert said.startswith("cka: closer to a/base: b/near")
    found = json.loads(run(capsys, "differ", planted, "base", "far", "near", "--json").out)
    assert (found["closer"], found["names"]) == ("Z", ["a/base", "b/far", "b/near"])
    again = json.loads((tmp_path / "d.json").read_text())
    assert again["value"] == pytest.approx(-found["value"])
    assert "r.html" in run(capsys, "report", tmp_path / "d.json", "--to", tmp_path / "r.html").out
    assert "Is a/base closer to b/near or to b/far?" in (tmp_path / "r.html").read_text(encoding="utf8")


def test_best_layer(planted, capsys, tmp_path):
    words = ("best-layer", planted, "a", "b", "--permutations", 99)
    said = run(capsys, *words, "--to", tmp_path / "best.html").out
    assert said.splitlines()[2].split()[:2] == ["a/base", "b/near"]
    assert "the best of as many unrelated pairs" in said
    assert "Which layers are most alike?" in (tmp_path / "best.html").read_text(encoding="utf8")
    found = json.loads(run(capsys, *words, "--json").out)
    assert found["best"]["p"] == pytest.approx(0.01)
    one = json.loads(run(capsys, "best-layer", planted, "a/base", "b", "--permutations", 9, "--json").out)
    assert one["rows"] == ["a/base"]


def test_how_many(planted, capsys):
    said = run(capsys, "how-many", planted, "base", "near", "--width", "0.05").out
    assert "items are needed for an interval no wider than 0.05" in said
    sizes = [int(line.split()[0]) for line in said.splitlines()[2:8]]
    assert sizes == sorted(sizes)
    assert sizes[-1] == ITEMS


def test_options_of_the_measure_reach_it(planted, capsys):
    found = json.loads(
        run(
            capsys, "differ", planted, "base", "near", "far", "--measure", "mutual_knn", "--option.k", "5", "--json"
        ).out
    )
    assert (found["measure"], found["params"]["k"]) == ("mutual_knn", 5)


def test_compare_takes_clusters_and_shows_q(capsys, tmp_path):
    rng = np.random.default_rng(1)
    shared = np.repeat(rng.standard_normal((20, 5)), 6, axis=0)
    layers = {k: shared + 0.2 * rng.standard_normal(shared.shape) for k in ("one", "two")}
    stored(tmp_path / "s", "m", layers, np.repeat(np.arange(20), 6))
    width = {}
    for words in ((), ("--clusters", "label")):
        found = json.loads(run(capsys, "compare", tmp_path / "s", *words, "--json").out)
        width[bool(words)] = found["high"][0][1] - found["low"][0][1]
    assert width[True] > 1.5 * width[False]
    head = run(capsys, "compare", tmp_path / "s").out.splitlines()[1]
    assert head.split()[-2:] == ["p", "q"]


def test_audit_of_a_store(capsys, tmp_path):
    rng = np.random.default_rng(0)
    base = [rng.standard_normal((60, 10)) for _ in range(3)]
    for seed in range(3):
        layers = {f"l{i}": x + 0.3 * rng.standard_normal(x.shape) for i, x in enumerate(base)}
        stored(tmp_path / "s", f"seed{seed}", layers)
    stored(tmp_path / "s", "initial", {f"l{i}": rng.standard_normal((60, 10)) for i in range(3)})
    words = ("audit", tmp_path / "s", "--untrained", "initial", "--measures", "cka", "cca")
    out = run(capsys, *words, "--to", tmp_path / "audit.json")
    assert "trying cka" in out.err
    assert "which measure should be believed? 3 networks of your own, 60 items" in out.out
    rows = {line.split()[0]: line.split() for line in out.out.splitlines() if line.split()}
    assert rows["cka"][1] == "1.00"
    assert rows["chance"][1] == "0.33"
    assert "left out: sensitivity: give labels=" in out.out
    assert "audit.html" in run(capsys, "report", tmp_path / "audit.json", "--to", tmp_path / "audit.html").out
    assert "Which measure should be believed?" in (tmp_path / "audit.html").read_text(encoding="utf8")
    assert json.loads(run(capsys, *words, "--json").out)["measures"] == ["cka", "cca"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("audit", "--trained", "a"), "--trained: expected a store"),
        (("audit", "--labels", "class"), "--labels: expected a store"),
        (("differ", "STORE", "bse", "near", "far"), "expected a layer such as model/layer, got 'bse'"),
        (("how-many", "STORE", "base", "b/nea"), "Did you mean 'b/near'"),
        (("best-layer", "STORE", "a", "nothing"), "expected a layer such as model/layer"),
    ],
)
def test_errors_say_what_to_do(planted, capsys, monkeypatch, words, said):
    monkeypatch.setattr("sys.argv", ["repscope", *(str(planted) if word == "STORE" else word for word in words)])
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_name_that_stands_twice_names_no_layer(tmp_path):
    for name in ("a", "b"):
        stored(tmp_path / "s", name, {"x": np.eye(4)})
    store = open_store(tmp_path / "s")
    with pytest.raises(UnknownName, match="expected a layer such as model/layer, got 'x'"):
        one_layer(store, "x")
    assert one_layer(store, "b/x").source.model == "b"
