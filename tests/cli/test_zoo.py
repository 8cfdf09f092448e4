"""`repscope zoo` as a person types it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from repscope.cli import app
from repscope.errors import InputError
from repscope.store import Writer
from repscope.types import running_ids


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    latent = np.random.default_rng(0).standard_normal((40, 4))
    for seed, model in enumerate(("small", "medium", "large", "eyes")):
        rng = np.random.default_rng(seed)
        noise = rng.standard_normal((40, 4)) * (1.5 - 0.4 * seed)
        with Writer.open(tmp_path / "runs", model, settings={}) as writer:
            writer.append(running_ids(40), {"fc": (latent + noise).astype(np.float32)})
            writer.finish()
    (tmp_path / "models.csv").write_text(
        "model,group,scale\nsmall,language,1e6\nmedium,language,1e7\nlarge,language,1e8\neyes,vision,\n"
    )
    return tmp_path


def run(capsys, line):
    with pytest.raises(SystemExit) as ended:
        app.app(line.split())
    assert ended.value.code in (0, None)
    return capsys.readouterr().out


def test_the_table_names_the_nearest_model_and_what_was_kept(runs, capsys):
    said = run(capsys, "zoo runs --measures cka procrustes --resamples 10 --to zoo.json")
    assert "4 models: the nearest to each" in said
    assert "20 pairs of layers computed, 0 found" in said
    assert "procrustes" in said
    again = run(capsys, "zoo runs --measures cka procrustes --resamples 10")
    assert "0 pairs of layers computed, 20 found" in again
    held = json.loads((runs / "zoo.json").read_text())
    assert (held["kind"], held["models"]) == ("zoo", ["small", "medium", "large", "eyes"])
    said = json.loads(run(capsys, "report zoo.json --to zoo.html --json"))
    assert said["results"] == 1


def test_scale_comes_from_a_table(runs, capsys):
    line = "zoo runs --models models.csv --resamples 0 --no-interval --permutations 20 --cache kept"
    held = json.loads(run(capsys, f"{line} --json"))
    assert held["trends"]["cka"]["scale"] == [1e6, 1e7, 1e8]
    assert held["trends"]["cka"]["other"] == "vision"
    assert held["comparisons"]["cka"]["level"] is None
    assert sorted(path.name for path in (runs / "kept").glob("*.npz")) == ["cka.orders-20.npz", "cka.pairs-9.npz"]
    run(capsys, f"{line} --no-null --to zoo.html")
    assert "Alignment against scale" in (runs / "zoo.html").read_text()


@pytest.mark.parametrize("text", ["model,group\na,b\n", "", "model,group,scale\nsmall,language,many\n"])
def test_a_table_without_its_columns_is_refused(runs, text):
    (runs / "models.csv").write_text(text)
    with pytest.raises(InputError, match="the columns model, group and scale"):
        app.app(["zoo", "runs", "--models", "models.csv"])


def test_no_store_is_refused(runs):
    with pytest.raises(InputError, match="at least one store"):
        app.app(["zoo"])
