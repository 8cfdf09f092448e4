"""The audit's tests on networks that are made so that the answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

import repscope as rs
from repscope.errors import InputError
from repscope.studies.audit import components, ground_truth, identification, prevalence, training, untrained
from repscope.studies.audit.closeness import measures_of
from repscope.studies.audit.networks import Networks
from repscope.studies.audit.run import interval

CKA, CCA = measures_of(["cka", "cca"])
ITEMS, UNITS = 120, 60


def network(rng, bases, noise=0.3):
    """One random rotation of each layer's own cloud, with noise: what another seed is."""
    rotations = [np.linalg.qr(rng.standard_normal((UNITS, UNITS)))[0] for _ in bases]
    return {
        str(i): base @ q + noise * rng.standard_normal(base.shape)
        for i, (base, q) in enumerate(zip(bases, rotations, strict=True))
    }


def cloud(rng):
    """A cloud of falling variances."""
    return rng.standard_normal((ITEMS, UNITS)) * np.geomspace(3, 0.05, UNITS)


@pytest.fixture(scope="module")
def networks():
    rng = np.random.default_rng(0)
    bases, others = [cloud(rng) for _ in range(4)], [cloud(rng) for _ in range(4)]
    trained = tuple(network(rng, bases) for _ in range(4))
    groups = {"one way": trained, "another": tuple(network(rng, others) for _ in range(3))}
    initial = tuple(network(rng, [cloud(rng) for _ in range(4)]) for _ in range(3))
    return Networks("planted networks", trained, initial, groups, labels=rng.integers(0, 2, ITEMS))


def test_layers_with_their_own_clouds_are_identified(networks):
    assert identification.scores(CKA, networks).mean() == 1.0
    assert identification.trial(networks).chance == 0.25


def test_invertible_maps_hide_layers_from_cca_where_units_are_half_the_items(networks):
    """60 units fit 61 items exactly: all correlations are 1 whatever the layers, so that CCA guesses."""
    few = tuple({name: x[:61] for name, x in network.items()} for network in networks.trained)
    assert identification.scores(CCA, Networks("", few)).mean() == pytest.approx(0.25)
    assert identification.scores(CKA, Networks("", few)).mean() == 1.0


def test_a_tie_between_all_layers_is_chance():
    assert identification.picked(np.ones((5, 5))) == pytest.approx(0.2)
    assert identification.picked(np.eye(3)) == 1.0
    assert identification.picked(np.roll(np.eye(3), 1, axis=1)) == 0.0


def test_the_network_behind_a_noisy_recording_is_picked(networks):
    """Seeds here differ by rotation and noise alone, so that only what is left of the noise can tell them apart."""
    rng = np.random.default_rng(1)
    apart = Networks("", tuple(network(rng, [cloud(rng) for _ in range(2)]) for _ in range(4)))
    assert ground_truth.scores(CKA, apart, rng).mean() == 1.0
    same = Networks("", (apart.trained[0],) * 4)
    assert ground_truth.scores(CKA, same, rng).mean() == pytest.approx(0.25)


def test_untrained_networks_are_told_from_trained_ones(networks):
    assert untrained.scores(CKA, networks).mean() == 1.0
    assert untrained.wins(np.array([1.0, 2.0]), np.array([1.0])) == 0.75


def test_ways_of_training_are_told_apart(networks):
    assert training.scores(CKA, networks).mean() == 1.0
    mixed = Networks("", networks.trained, groups={"a": networks.trained[:2], "b": networks.trained[2:]})
    assert training.scores(CKA, mixed).mean() < 0.9


def test_deleted_components_are_noticed_where_the_probe_needs_them():
    """The class depends on twenty components alike; another seed is farther away than all but a few deletions."""
    rng = np.random.default_rng(5)
    base = cloud(rng)
    labels = ((base / base.std(axis=0))[:, :20].sum(axis=1) > 0).astype(int)
    made = Networks("", tuple(network(rng, [base]) for _ in range(3)), labels=labels)
    sensitivity, share = components.scores(CKA, made)
    assert sensitivity.mean() > 0.7
    assert (share < 0.3).all()
    unlabelled = components.scores(CKA, Networks("", made.trained))
    assert np.isnan(unlabelled[0]).all()
    assert np.array_equal(unlabelled[1], share)


def test_truncation_keeps_the_leading_components():
    x = cloud(np.random.default_rng(2))
    shorter, kept = components.truncated(x)
    assert kept == sorted(kept, reverse=True)
    lost = [np.square(x - x.mean(0) - one).sum() for one in shorter]
    singular = np.linalg.svd(x - x.mean(0), compute_uv=False)
    want = [np.square(singular[round(k * UNITS) :]).sum() for k in kept]
    assert np.allclose(lost, want)


def test_the_probe_reads_what_is_linear_and_nothing_from_noise():
    rng = np.random.default_rng(3)
    x, labels = rng.standard_normal((400, 10)), rng.integers(0, 2, 400)
    assert abs(components.probe(x, labels) - 0.5) < 0.1
    assert components.probe(x + 4 * labels[:, None] * np.eye(10)[0], labels) > 0.9


@pytest.mark.parametrize(("weight", "low", "high"), [(1.0, 0.4, 0.6), (4.0, 0.85, 1.0)])
def test_the_share_of_the_simple_feature_follows_its_variance(weight, low, high):
    rng = np.random.default_rng(4)
    simple, hard = rng.standard_normal((2, 200, 3))
    kinds = {"both": np.concatenate([weight * simple, hard], axis=1), "simple": simple, "complex": hard}
    features = {kind: ({"0": x}, {"0": x + 0.01 * rng.standard_normal(x.shape)}) for kind, x in kinds.items()}
    made = Networks("", ({"0": simple},), features=features)
    assert low < prevalence.scores(CKA, made, rng).mean() < high


def test_perfect_networks_do_not_claim_certainty(networks):
    value, low, high = interval(np.ones(4), identification.trial(networks), networks)
    assert value == high == 1.0
    assert 0.5 < low < 1.0
    assert all(map(math.isnan, interval(np.array([1.0]), untrained.TRIAL, networks)))


def recordings(networks):
    """The planted networks as a user gives them: layers by name."""
    return list(networks.trained), list(networks.untrained)


def test_ones_own_networks_are_audited_and_what_is_left_out_is_said(networks):
    trained, initial = recordings(networks)
    found = rs.audit(
        trained, untrained=initial, labels=networks.labels, measures={"CKA": "cka", "RBF": ("cka", {"kernel": "rbf"})}
    )
    assert found.measures == ("CKA", "RBF")
    names = [trial.name for trial in found.tests]
    assert "untrained control" in names
    assert "training told apart" not in names
    assert any("groups=" in note for note in found.notes)
    assert found.ranked("layer identification")[0][1] == 1.0
    assert found.n == ITEMS
    assert len(found.to_frame()) == 2 * len(names)
    assert any(said.startswith("To follow layers across seeds: CKA and RBF") for said in found.advice)


def test_an_audit_survives_json(networks):
    import json

    trained, _ = recordings(networks)
    found = rs.audit(trained, measures=["cka"])
    again = rs.Audit.from_dict(json.loads(json.dumps(found.to_dict())))
    assert np.array_equal(again.value, found.value, equal_nan=True)
    assert again.tests == found.tests or math.isnan(found.tests[-1].chance)
    assert again.advice == found.advice


def test_bad_audits_are_refused(networks):
    trained, _ = recordings(networks)
    with pytest.raises(InputError, match="at least 3 trained networks"):
        rs.audit(trained[:2], measures=["cka"])
    with pytest.raises(InputError, match="equally many layers"):
        rs.audit([*trained, {"0": trained[0]["0"]}], measures=["cka"])
    with pytest.raises(InputError, match="at least one measure"):
        rs.audit(trained, measures=[])
    with pytest.raises(InputError, match="measures of items by units"):
        rs.audit(trained, measures=["disagreement"])


@pytest.mark.slow
def test_the_built_in_networks_reproduce_the_order_of_kornblith():
    """Layer identification: CKA well above CCA, SVCCA and PWCCA (Kornblith et al. 2019, table 2)."""
    found = rs.audit(measures=["cka", "procrustes", "cca", "svcca", "pwcca"])
    value = dict(found.ranked("layer identification"))
    assert value["cka"] > 0.6
    assert value["cka"] > value["pwcca"] + 0.15
    assert value["cka"] > max(value["cca"], value["svcca"]) + 0.4
    truth = dict(found.ranked("known truth"))
    assert truth["cka"] > truth["cca"]
