"""Dissimilarity matrices that exist already, compared with one another."""

from __future__ import annotations

from repscope.array.inputs import not_finite
from repscope.array.namespace import common_dtype, namespace
from repscope.errors import DtypeError, NotFiniteError, ShapeError, explain
from repscope.similarity.rdms.condensed import items_of
from repscope.similarity.rdms.steps import COMPARISONS, check_comparison, profile_of
from repscope.types import Array, Float


def compare_rdms(a: Array, b: Array, *, comparison: str = "spearman") -> Array:
    """Return how alike dissimilarity matrices are, each of `a` with each of `b`, in [−1, 1].

    Parameters
    ----------
    a : array, (pairs,) or (matrices, pairs)
        The entries above the diagonal of one matrix or of several, as `rs.rdm` gives them.
    b : array, (pairs,) or (matrices, pairs)
        The same of other matrices of the same items in the same order.
    comparison : str
        `spearman` (default), `pearson`, `kendall` (τ-a), `cosine`, `whitened correlation`, `whitened cosine`, `bures`.

    Returns
    -------
    A float64 array of the caller's library, (matrices of a, matrices of b); without an axis for a single matrix.
    NaN for a matrix that is constant, or has NaN.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, MixedArrays, InputError
        Bad input.

    Notes
    -----
    Cost: one matrix product for correlations and cosines; N log N for each pair of matrices of N entries by
    `kendall`; a singular value decomposition for each by `bures`.

    Source: Kriegeskorte et al. 2008; Nili et al. 2014; Diedrichsen et al. 2021.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> from repscope.similarity.compare_rdms import compare_rdms
    >>> round(float(compare_rdms(np.array([1.0, 2, 3]), np.array([2.0, 4, 9]))), 6)
    1.0
    """
    check_comparison(comparison)
    x, y = common_dtype(matrices(a, "a"), matrices(b, "b"))
    items = items_of(x, "a")
    if x.shape[1] != y.shape[1]:
        got, do = f"{x.shape[1]} and {y.shape[1]} entries", "Give matrices of the same items."
        raise ShapeError(explain(expected="equally many entries", got=got, argument="a, b", do=do))
    left, right = ([profile_of(v[i, :], items, comparison) for i in range(v.shape[0])] for v in (x, y))
    found: Array = COMPARISONS[comparison].grid(left, right)
    found = found if len(a.shape) == 2 else found[0, :]
    return found if len(b.shape) == 2 else found[..., 0]


def matrices(x: Array, argument: str) -> Float[Array, "matrices pairs"]:
    """Return several matrices as rows of entries in float32 or float64.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError
        It has neither one nor two axes; it holds no real numbers, or infinite ones.
    """
    xp = namespace(x)
    if len(x.shape) not in (1, 2) or 0 in x.shape:
        do = "Give the entries above the diagonal, as rs.rdm(X) does; for a full matrix m, m[np.triu_indices(n, 1)]."
        expected, got = "(pairs,) or (matrices, pairs)", f"an array of shape {tuple(x.shape)}"
        raise ShapeError(explain(expected=expected, got=got, argument=argument, do=do))
    if not xp.isdtype(x.dtype, ("integral", "bool", "real floating")):
        raise DtypeError(explain(expected="real numbers", got=str(x.dtype), argument=argument, do="Convert them."))
    x = x if len(x.shape) == 2 else x[None, :]
    x = x if x.dtype in (xp.float32, xp.float64) else xp.astype(x, xp.float64)
    if bool(xp.any(xp.isinf(x))):
        raise NotFiniteError(not_finite(x, argument))
    return x
