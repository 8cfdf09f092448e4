"""The harness itself is tried: each seeded bug must be caught by the property that exists for it."""

from __future__ import annotations

import importlib
from dataclasses import replace

import numpy as np
import pytest
import torch

from repscope import registry
from repscope.array import inputs
from repscope.array.inputs import Centred
from repscope.array.namespace import namespace
from repscope.similarity import cka, kernels, neighbour_lists, procrustes
from repscope.similarity import hsic_sums as hsic
from repscope.stats import cross
from repscope.testing import card as properties
from repscope.types import Null

CKA, PROCRUSTES, KNN = (registry.get(name) for name in ("cka", "procrustes", "mutual_knn"))
real = {
    "centred": kernels.centred,
    "debiased": hsic.debiased,
    "ratio": cka.ratio,
    "merge": cross.merge,
    "row_squares": inputs.row_squares,
    "between": procrustes.between,
    "grid": procrustes.grid,
    "null": cka.null,
    "take": cka.from_numpy,
}


def uncentred(x):
    return Centred(x, namespace(x).vecdot(x, x), 1.0, ())


def without_centring(x, argument="X"):
    return uncentred(x)


def centring_x_only(x, argument="X"):
    return real["centred"](x, argument) if argument == "X" else uncentred(x)


def centring_float64_only(x, argument="X"):
    return real["centred"](x, argument) if x.dtype.itemsize == 8 else uncentred(x)


def smuggled(x):
    return torch.from_numpy((x.detach().numpy() ** 2).sum(axis=1)) if torch.is_tensor(x) else real["row_squares"](x)


def with_doubled_norms(x, argument="X"):
    done = real["centred"](x, argument)
    return done._replace(squares=4 * done.squares)


def clamped(together, a, b):
    value = real["ratio"](together, a, b)
    return namespace(value).where(value > 0, value, 0 * value)


def one_sided(together, a, b):
    return real["ratio"](together, a, a + 0 * b)


def in_float32(x, argument="X"):
    done = real["centred"](x, argument)
    return done if x.dtype.itemsize == 8 else done._replace(x=x - x.sum(0) / len(x) + 0.01 * x.mean() / 30)


def upper_triangle_only(rows, columns):
    return np.triu(real["grid"](rows, columns)) if rows is columns else real["grid"](rows, columns)


def with_self(order, start):
    return order[:, :-1]


def null_for_n_only(a, b):
    n = a.kernel.items
    return Null(0.0, (2 / n) ** 0.5 / n * 1.4, 0.0, "closed form")


claims_too_much = replace(CKA, invariant=CKA.invariant | {"invertible linear"})
claims_too_little = replace(CKA, invariant=CKA.invariant - {"orthogonal"})
claims_narrow_bounds = replace(PROCRUSTES, bounds=(0.0, 0.5))
claims_symmetry_wrongly = replace(CKA, symmetric=False)
claims_a_metric = replace(CKA, metric=True)

BUGS = {
    "centring dropped": (
        kernels,
        "centred",
        without_centring,
        properties.check_invariances_hold,
        CKA,
        {"debiased": False},
    ),
    "centring of one input": (
        procrustes,
        "centred",
        centring_x_only,
        properties.check_invariances_hold,
        PROCRUSTES,
        {},
    ),
    "uncentred where it is float32": (
        kernels,
        "centred",
        centring_float64_only,
        properties.check_float32_agrees,
        CKA,
        {},
    ),
    "means summed in float32": (
        kernels,
        "centred",
        in_float32,
        properties.check_float32_agrees,
        CKA,
        {"debiased": False},
    ),
    "n − 1 for n": (inputs, "mean", lambda x: x.sum(0) / (x.shape[0] - 1), properties.check_invariances_hold, CKA, {}),
    "a term of the estimator dropped": (
        *(hsic, "debiased", lambda t, d, a, b, n: real["debiased"](t, 0 * d, a, b, n)),
        *(properties.check_null_is_right, CKA, {}),
    ),
    "biased called debiased": (
        *(hsic, "debiased", lambda t, d, a, b, n: hsic.biased(t, n)),
        *(properties.check_null_is_right, CKA, {}),
    ),
    "negative values clamped": (cka, "ratio", clamped, properties.check_null_is_right, CKA, {}),
    "null with the wrong variance": (cka, "null", null_for_n_only, properties.check_null_is_right, CKA, {}),
    "normalised by one side": (cka, "ratio", one_sided, properties.check_symmetric_as_said, CKA, {}),
    "an angle for an alignment": (
        *(cka, "ratio", lambda t, a, b: np.arccos(np.clip(real["ratio"](t, a, b), -1, 1))),
        *(properties.check_identity_is_best, CKA, {}),
    ),
    "norms doubled": (
        procrustes,
        "centred",
        with_doubled_norms,
        properties.check_identity_is_best,
        PROCRUSTES,
        {},
    ),
    "a merge that drops a shard": (
        *(cross, "merge", lambda *parts: real["merge"](*parts[:-1])),
        *(properties.check_shards_merge, CKA, {}),
    ),
    "NumPy in the torch path": (inputs, "row_squares", smuggled, properties.check_gradients_are_right, CKA, {}),
    "half of a symmetric grid": (procrustes, "grid", upper_triangle_only, properties.check_steps_agree, PROCRUSTES, {}),
    "shuffling that does not": (
        *(cka, "from_numpy", lambda order, like: real["take"](np.arange(len(order)), like)),
        *(properties.check_steps_agree, CKA, {}),
    ),
    "an item its own neighbour": (
        "repscope.array.neighbours",
        "without_self",
        with_self,
        properties.check_null_is_right,
        KNN,
        {},
    ),
    "constant units kept in the count": (
        *(kernels, "centred", lambda x, argument: real["centred"](x, argument)._replace(notes=())),
        *(properties.check_dead_units_do_not_matter, CKA, {}),
    ),
    "zero for undefined": (
        *(cka, "ratio", lambda t, a, b: np.nan_to_num(real["ratio"](t, a, b))),
        *(properties.check_constant_is_undefined, CKA, {}),
    ),
    "claims an invariance it has not": (None, "", None, properties.check_invariances_hold, claims_too_much, {}),
    "hides an invariance it has": (None, "", None, properties.check_undeclared_are_broken, claims_too_little, {}),
    "claims too narrow a range": (None, "", None, properties.check_within_bounds, claims_narrow_bounds, {}),
    "denies its symmetry": (None, "", None, properties.check_symmetric_as_said, claims_symmetry_wrongly, {}),
    "claims to be a metric": (None, "", None, properties.check_triangle_holds, claims_a_metric, {}),
}


@pytest.mark.parametrize("name", BUGS)
def test_the_harness_kills(name, monkeypatch):
    where, attribute, bug, check, card, params = BUGS[name]
    if where is not None:
        monkeypatch.setattr(importlib.import_module(where) if isinstance(where, str) else where, attribute, bug)
    with pytest.raises((AssertionError, TypeError, RuntimeError)):
        check(card, params)


def test_every_bug_is_in_code_that_is_right_without_it():
    for _, _, _, check, card, params in BUGS.values():
        if card in (CKA, PROCRUSTES, KNN):
            check(card, params)


def test_neighbour_bug_is_patched_where_it_is_used():
    assert neighbour_lists.nearest.__module__ == "repscope.array.neighbours"
