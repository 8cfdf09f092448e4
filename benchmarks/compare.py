"""Similarity measures against the products that they cannot avoid, and against peers' formulas."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import repscope as rs
from benchmarks import formulas
from benchmarks.inputs import FEWER, ITEMS, LAYERS, UNITS, layers_of_a_network, pair
from benchmarks.measure import Figure, faster, interleaved, slower
from repscope.array.blocks import BUDGET, blocks


def figures() -> list[Figure]:
    """Return the ratios of all measures, one pair and all pairs."""
    return [*linear_pair(), *gaussian_pair(), *procrustes_pair(), *neighbours_pair(), *all_pairs()]


def tensors(*arrays: np.ndarray) -> list[Any]:
    """Return arrays as torch tensors on the same memory."""
    import torch

    return [torch.from_numpy(x) for x in arrays]


def products(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """Return XᵀX, YᵀY and XᵀY, which linear CKA cannot do without."""
    return x.T @ x, y.T @ y, x.T @ y


def linear_pair() -> list[Figure]:
    """Return debiased linear CKA of one pair."""
    x, y = pair(ITEMS)
    tx, ty = tensors(x, y)
    best = interleaved(
        {
            "numpy": lambda: rs.cka(x, y),
            "numpy bare": lambda: products(x, y),
            "torch": lambda: rs.cka(tx, ty),
            "torch bare": lambda: products(tx, ty),
            "anatome": lambda: formulas.anatome_cka(tx, ty),
        },
        rounds=9,
    )
    slow = interleaved(
        {
            "torch_cka": lambda: formulas.torch_cka(tx, ty),
            "thingsvision": lambda: formulas.thingsvision_cka(x, y, kernel="linear"),
        },
        rounds=1,
    )
    name = f"linear CKA debiased, n={ITEMS:,} d={UNITS}"
    return [
        slower(f"{name}: numpy / bare XᵀX, YᵀY, XᵀY", best["numpy"], best["numpy bare"], 1.2),
        slower(f"{name}: torch / bare", best["torch"], best["torch bare"], 1.2),
        faster(f"{name}: torch_cka's formula / torch", best["torch"], slow["torch_cka"], 100),
        faster(f"{name}: thingsvision's formula / numpy", best["numpy"], slow["thingsvision"], 100),
        faster(f"{name}: anatome's formula / torch", best["torch"], best["anatome"]),
    ]


def gaussian_pair() -> list[Figure]:
    """Return RBF-CKA of one pair."""
    x, y = pair(FEWER)
    best = interleaved(
        {"repscope": lambda: rs.cka(x, y, kernel="rbf"), "bare": lambda: (x @ x.T, y @ y.T)},
        rounds=5,
    )
    peer = interleaved({"thingsvision": lambda: formulas.thingsvision_cka(x, y, kernel="rbf")}, rounds=1)
    name = f"RBF-CKA debiased, n={FEWER:,} d={UNITS}"
    return [
        faster(f"{name}: thingsvision's formula / numpy", best["repscope"], peer["thingsvision"], 15),
        slower(f"{name}: numpy / bare XXᵀ, YYᵀ", best["repscope"], best["bare"]),
    ]


def procrustes_pair() -> list[Figure]:
    """Return angular Procrustes of one pair."""
    import torch

    x, y = pair(FEWER)
    tx, ty = tensors(x, y)
    best = interleaved(
        {
            "numpy": lambda: rs.procrustes(x, y),
            "numpy bare": lambda: np.linalg.svd(x.T @ y, compute_uv=False),
            "torch": lambda: rs.procrustes(tx, ty),
            "torch bare": lambda: torch.linalg.svdvals(tx.T @ ty),
        },
        rounds=15,
    )
    name = f"Procrustes, n={FEWER:,} d={UNITS}"
    return [
        slower(f"{name}: numpy / bare XᵀY and its singular values", best["numpy"], best["numpy bare"], 1.3),
        slower(f"{name}: torch / bare", best["torch"], best["torch bare"], 1.3),
    ]


def neighbours_pair() -> list[Figure]:
    """Return mutual kNN of one pair."""
    x, y = pair(ITEMS)
    best = interleaved(
        {"repscope": lambda: rs.mutual_knn(x, y, k=10), "bare": lambda: [bare_blocks(x), bare_blocks(y)]},
        rounds=3,
    )
    name = f"mutual kNN, n={ITEMS:,} d={UNITS} k=10: numpy / bare XXᵀ, YYᵀ in blocks"
    return [slower(name, best["repscope"], best["bare"], 2.0)]


def bare_blocks(x: np.ndarray) -> float:
    """Multiply all rows with all rows, in blocks of the bytes that repscope's own take; return the largest of a few."""
    return max(float((x[block] @ x.T)[0, 0]) for block in blocks(len(x), len(x) * x.itemsize, BUDGET))


def all_pairs() -> list[Figure]:
    """Return all pairs of the layers of one network, under CKA and under Procrustes."""
    layers = layers_of_a_network()
    together = np.concatenate(layers, axis=1)
    named = {str(i): x for i, x in enumerate(layers)}
    compare = partial(rs.compare, named, interval=None, null=None)
    best = interleaved(
        {
            "repscope": compare,
            "bare": lambda: [x.T @ together[:, i * UNITS :] for i, x in enumerate(layers)],
            "ReSi": lambda: each_pair(formulas.resi_cka, layers),
            "anatome": lambda: each_pair(formulas.anatome_cka, tensors(*layers)),
        },
        rounds=2,
    )
    angles = interleaved({"repscope": lambda: compare(measure="procrustes")}, rounds=2)
    angles |= interleaved({"netrep": lambda: formulas.netrep_angles(layers)}, rounds=1)
    name = f"{LAYERS * (LAYERS - 1) // 2} pairs of {LAYERS} layers, n={FEWER:,} d={UNITS}"
    fastest = min(("ReSi", "anatome"), key=best.__getitem__)
    return [
        slower(f"{name}, debiased CKA: numpy / bare upper triangle", best["repscope"], best["bare"], 1.3),
        faster(f"{name}, CKA: loop of {fastest}'s formula / numpy", best["repscope"], best[fastest], 2.5),
        faster(f"{name}, Procrustes: netrep's formula, cached / numpy", angles["repscope"], angles["netrep"], 5),
    ]


def each_pair(measure: Callable[[Any, Any], float], layers: list[Any]) -> list[float]:
    """Return a peer's measure of every unordered pair, one call each."""
    return [measure(a, b) for i, a in enumerate(layers) for b in layers[i + 1 :]]
