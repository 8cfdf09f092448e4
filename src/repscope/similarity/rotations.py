"""The best rotation where none is known in closed form: ascent from several starts, each step a Procrustes problem.

Every search here minimises a loss that lies below a linear function of the rotation and touches it where it
stands (majorisation): the rotation that minimises the linear function lowers the loss. Losses have local minima, so
that several starts are taken; these turn with the representations, so that a value does not depend on their axes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from repscope.array.linalg import eigh
from repscope.array.namespace import device_of, from_numpy, namespace, number
from repscope.array.random import SEED, generator
from repscope.errors import InputError, ShapeError, explain
from repscope.types import Array, Float

HEAT = 10
"""Steps after which the worse half of the starts drops out."""

CYCLES = 500
"""Extrapolated double steps after which the search stops, converged or not."""

TOLERANCE = 1e-7
"""Root mean square change of the rotation's columns in one step that counts as none."""

SETTLING = 1e-6
"""Share of the products of means at which the principal axes are added to them."""

Step = Callable[[Array], tuple[Array, Array]]
"""From rotations (starts, p, q) to their losses (starts,) and minus the slopes of the linear functions above."""


class Found(NamedTuple):
    """A rotation (p, q) with orthonormal rows or columns, and whether the search ended at a minimum."""

    rotation: Array
    converged: bool


def check_search(group: str, starts: int) -> None:
    """Raise `InputError` unless there is such a group, and at least one start."""
    if group not in ("orthogonal", "identity"):
        expected, do = "'orthogonal' or 'identity'", "Choose one of the two."
        raise InputError(explain(expected=expected, got=repr(group), argument="group", do=do))
    if starts < 1:
        raise InputError(explain(expected="at least 1", got=str(starts), argument="starts", do="8 is the default."))


def identity(p: int, q: int, like: Array) -> Found:
    """Return the identity where units correspond one to one.

    Raises
    ------
    ShapeError
        There are not equally many units.
    """
    if p != q:
        do = "Say group='orthogonal' where units do not correspond."
        message = explain(
            expected="equally many units for group='identity'", got=f"{p} and {q}", argument="X, Y", do=do
        )
        raise ShapeError(message)
    xp = namespace(like)
    return Found(xp.eye(p, dtype=like.dtype, device=device_of(like)), converged=True)


def best_rotation(step: Step, starts: Float[Array, "starts p q"]) -> Found:
    """Return the rotation of least loss that is found from the starts.

    After every `HEAT` steps the worse half of them drops out. The last one goes on with each double step
    extrapolated (Varadhan and Roland 2008, scheme S3); an extrapolation is kept only where it does not raise the loss.
    """
    xp = namespace(starts)
    at = starts
    while at.shape[0] > 1:
        for _ in range(HEAT):
            at = polar(step(at)[1])
        better = xp.argsort(step(at)[0])[: at.shape[0] // 2]
        at = xp.take(at, better, axis=0)
    slope = step(at)[1]
    enough = TOLERANCE * min(at.shape[1:]) ** 0.5
    for _ in range(CYCLES):
        first = polar(slope)
        moved = first - at
        if size(moved) <= enough:
            return Found(first[0, :, :], converged=True)
        loss, slope = step(first)
        second = polar(slope)
        bent = second - first - moved
        length = size(moved) / size(bent) if size(bent) > 0 else 0.0
        if length > 1:
            far = polar(at + 2 * length * moved + length**2 * bent)
            far_loss, far_slope = step(far)
            if number(far_loss[0]) <= number(loss[0]):
                at, slope = far, far_slope
                continue
        at, slope = second, step(second)[1]
    return Found(at[0, :, :], converged=False)


def size(x: Array) -> float:
    """Return the Frobenius norm of an array."""
    return number(namespace(x).sum(x * x)) ** 0.5


def polar(x: Float[Array, "*stack p q"]) -> Float[Array, "*stack p q"]:
    """Return the nearest matrix with orthonormal rows or columns, whichever are fewer (Schönemann 1966)."""
    u, _, vt = namespace(x).linalg.svd(x, full_matrices=False)
    return u @ vt


def starts_of(
    together: Float[Array, "p q"], x_axes: Float[Array, "p p"], y_axes: Float[Array, "q q"], count: int
) -> Float[Array, "starts p q"]:
    """Return `count` rotations to begin with: that of the means, that of the principal axes, and random ones.

    `together` is the product of the means over items. The random ones are symmetric, drawn from a fixed seed and
    taken between principal axes, so that they turn with both representations and do not tell first from second.
    """
    xp = namespace(together)
    p, q = together.shape
    few = min(p, q)
    axes = x_axes[:, :few] @ y_axes[:, :few].mT
    # Where items are fewer than units the means leave some directions open: the axes settle those, and no rounding.
    made = [together + SETTLING * size(together) * axes, axes]
    rng: np.random.Generator = generator(SEED)
    for _ in range(count - 2):
        basis, _ = np.linalg.qr(rng.standard_normal((max(p, q), max(p, q))))
        reflection = (basis * rng.choice([-1.0, 1.0], max(p, q))) @ basis.T
        made.append(x_axes @ from_numpy(reflection[:p, :q], together) @ y_axes.mT)
    return polar(xp.stack(made[:count]))


def principal_axes(
    scatter: Float[Array, "units units"], means: Float[Array, "items units"]
) -> Float[Array, "units units"]:
    """Return the eigenvectors of the scatter in columns, greatest first, signed so that the means lean one way."""
    xp = namespace(scatter)
    axes = xp.flip(eigh(scatter)[1], axis=1)
    lean = xp.sum((means @ axes) ** 3, axis=0)
    return axes * xp.where(lean < 0, -xp.ones_like(lean), xp.ones_like(lean))


def in_one_space(x: Array, y: Array, rotation: Float[Array, "p q"]) -> tuple[Any, Any]:
    """Return both with the one of fewer units turned into the space of the other."""
    return (x, y @ rotation.mT) if rotation.shape[0] >= rotation.shape[1] else (x @ rotation, y)
