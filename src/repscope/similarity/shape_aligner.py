"""An alignment of two representations that is fitted on some items and used on others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from repscope.array.inputs import Join, not_finite, pair
from repscope.array.linalg import cross, mean, rank_tolerance, square_sum
from repscope.array.namespace import device_of, from_numpy, namespace
from repscope.errors import InputError, NotFiniteError, ShapeError, explain
from repscope.similarity.held_out_shape_distance import aligned, gap_of
from repscope.similarity.partial_whitening import check_alpha, whitening
from repscope.similarity.permutation_distance import distance_of, pairing
from repscope.similarity.procrustes import check_distance
from repscope.types import Array, Float, Representation

GROUPS = ("orthogonal", "permutation")


@dataclass(eq=False, kw_only=True)
class ShapeAligner:
    """Fit the partial whitening and the rotation or pairing of units that align X with Y; use them on other items.

    Parameters
    ----------
    alpha : float
        How far both are whitened first, as in `shape_distance`: 1 (default) not at all.
    group : {"orthogonal", "permutation"}
        What aligns: any rotation (default), or one-to-one pairs of units.
    distance : {"angular", "size_and_shape"}
        What `score` returns, as in `procrustes`.
    normalised : bool
        Whether `size_and_shape` compares at unit norm (default) or in the unit of the data.

    Attributes
    ----------
    mean_x_, mean_y_ : (p,) and (q,) arrays
        The means of the fitted items.
    whitening_x_, whitening_y_ : (p, p) and (q, q) arrays
        The partial whitening; the identity for alpha = 1.
    rotation_ : (p, q) array
        What takes whitened X to whitened Y.

    Notes
    -----
    A `Pipeline` of scikit-learn takes it: `fit(X, Y)`, `transform(X)`. Unlike there, `score` is a distance: less is
    better.

    Cost: `n (p² + q² + p q)` multiplications and singular vectors of a p × q matrix.

    Source: Williams et al. 2021; the split into items to fit and items to score.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> aligner = rs.ShapeAligner().fit(X[:50], X[:50, ::-1])
    >>> round(float(aligner.score(X[50:], X[50:, ::-1])), 6)
    0.0
    """

    alpha: float | int = 1.0
    group: str = "orthogonal"
    distance: str = "angular"
    normalised: bool = True

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: FBT001 - scikit-learn's signature
        """Return the parameters by name."""
        return {name: getattr(self, name) for name in ("alpha", "group", "distance", "normalised")}

    def set_params(self, **params: Any) -> ShapeAligner:
        """Set parameters by name and return self.

        Raises
        ------
        InputError
            There is no such parameter.
        """
        for name, value in params.items():
            if name not in self.get_params():
                expected, do = ", ".join(self.get_params()), "Set one of them."
                raise InputError(explain(expected=expected, got=repr(name), argument="set_params", do=do))
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn asks of an estimator that it is given."""
        from sklearn.utils import Tags, TargetTags

        return Tags(estimator_type=None, target_tags=TargetTags(required=True, two_d_labels=True))

    def fit(self, X: Array | Representation, Y: Array | Representation, *, join: Join = "exact") -> ShapeAligner:
        """Fit the alignment to these items, (items, p) and (items, q), and return self.

        Raises
        ------
        ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
            Bad input or parameters.
        """
        check_alpha(self.alpha)
        check_distance(self.distance)
        if self.group not in GROUPS:
            expected, do = f"one of {GROUPS}", "Choose one of them."
            raise InputError(explain(expected=expected, got=repr(self.group), argument="group", do=do))
        x, y = pair(X, Y, join=join)
        (self.mean_x_, self.whitening_x_), (self.mean_y_, self.whitening_y_) = (
            fitted(v, argument, self.alpha) for v, argument in ((x, "X"), (y, "Y"))
        )
        around_x, around_y = self.whitened(x, "X"), self.whitened(y, "Y")
        if self.group == "permutation":
            rows, columns = pairing(cross(around_x, around_y))
            pairs = np.zeros((x.shape[1], y.shape[1]))
            pairs[rows, columns] = 1.0
            self.rotation_ = from_numpy(pairs, around_x)
        else:
            u, _, vt = aligned(around_x, around_y)
            self.rotation_ = u @ vt
        return self

    def transform(self, X: Array | Representation) -> Float[Array, "items q"]:
        """Return X, (items, p), centred, whitened and aligned with `whitened(Y, "Y")`, as float64.

        Raises
        ------
        ShapeError, InputError
            Another number of units than was fitted; nothing was fitted.
        """
        moved: Array = self.whitened(X.x if isinstance(X, Representation) else X, "X") @ self.rotation_
        return moved

    def whitened(self, x: Array, argument: str) -> Float[Array, "items units"]:
        """Return items of X or Y less the fitted mean and partially whitened, not yet aligned, as float64."""
        if not hasattr(self, "mean_x_"):
            do = "Call fit(X, Y) first."
            raise InputError(explain(expected="an aligner that is fitted", got="a new one", argument="fit", do=do))
        average, z = (self.mean_x_, self.whitening_x_) if argument == "X" else (self.mean_y_, self.whitening_y_)
        if len(x.shape) != 2 or x.shape[1] != average.shape[0]:
            expected, do = f"(items, {average.shape[0]})", "Give the units that were fitted."
            raise ShapeError(explain(expected=expected, got=str(tuple(x.shape)), argument=argument, do=do))
        xp = namespace(x)
        found: Array = (xp.astype(x, xp.float64) - average) @ z
        return found

    def score(self, X: Array | Representation, Y: Array | Representation, *, join: Join = "exact") -> Float[Array, ""]:
        """Return the distance of these items under the fitted alignment, in [0, π] if angular: 0 is identity.

        Raises
        ------
        ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
            Bad input; nothing was fitted.
        """
        x, y = (self.whitened(v, argument) for v, argument in zip(pair(X, Y, join=join), "XY", strict=True))
        gap = gap_of(x @ self.rotation_, x, y)
        if self.normalised:
            return distance_of(gap, self.distance)
        xp = namespace(x, y)
        return distance_of(gap, self.distance, *(xp.sqrt(square_sum(v)) for v in (x, y)))


def fitted(x: Float[Array, "items units"], argument: str, alpha: float | int) -> tuple[Array, Array]:
    """Return the mean of each unit and the partial whitening of these items."""
    xp, average = namespace(x), mean(x)
    if not bool(xp.all(xp.isfinite(average))):
        raise NotFiniteError(not_finite(x, argument))
    if alpha == 1:
        return average, xp.eye(x.shape[1], dtype=xp.float64, device=device_of(x))
    around = xp.astype(x, xp.float64) - average
    return average, whitening(cross(around, around), alpha, rank_tolerance(around))
