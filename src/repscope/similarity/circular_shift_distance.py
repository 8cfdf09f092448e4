"""Shape distance of convolutional layers (Williams et al. 2021): Procrustes up to a circular shift of the maps."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from repscope.array.blocks import blocks
from repscope.array.inputs import Join, centred
from repscope.array.maps import pair_of_maps, positions_as_rows
from repscope.array.namespace import detached, device_of, from_numpy, namespace, to_numpy
from repscope.similarity import procrustes
from repscope.types import Array, Float, Representation

NULL = "permutation"
"""How the null is found: no closed form is known for the nuclear norm under permutations."""


class State(NamedTuple):
    """Centred maps of unit Frobenius norm (items, rows, columns, units), and their Fourier transform.

    The transform, (frequencies, items, units), runs over both axes of the map; half of the second one is enough.
    """

    x: Array
    spectrum: Array
    distance: str
    notes: tuple[str, ...]

    @property
    def units(self) -> int:
        """The number of units that are not constant."""
        return int(self.x.shape[3])


def circular_shift_distance(
    X: Array | Representation, Y: Array | Representation, *, distance: str = "angular", join: Join = "exact"
) -> Float[Array, ""]:
    """Return the shape distance of two convolutional layers, in [0, π/2] if angular: 0 is identity.

    The smallest Procrustes distance over all circular shifts of the maps of Y, one shift for all items, with one
    rotation of the units at every position. All shifts are tried at once through the Fourier transform.

    Parameters
    ----------
    X : array or Representation, (items, rows, columns, p)
        Maps of one layer, units (channels) last.
    Y : array or Representation, (items, rows, columns, q)
        Maps of the other one: the same items in the same order on the same grid, with any number of units.
    distance : {"angular", "size_and_shape"}
        As in `procrustes`: arccos s (default) or √(2 − 2s), with s the cosine after the best shift and rotation.
    join : {"exact", "inner"}
        For two Representations, `inner` uses the ids they share; `exact` (default) refuses to leave any out.

    Returns
    -------
    A 0-d float64 array of the caller's library, differentiable in it where the best shift is unique and the
    distance is not 0; NaN where a representation is constant.

    Raises
    ------
    ShapeError, DtypeError, NotFiniteError, IdMismatch, MixedArrays, InputError
        Bad input; maps on different grids.

    Notes
    -----
    A metric. Invariant to circular shifts of either input, and to translation, isotropic scaling and orthogonal maps
    of its units. Every position of every item counts as a row, so that the two are compared as matrices
    (items, p) and (items, q) of items × rows × columns rows; means are taken over all of them. Flattening
    the maps into units instead lets the rotation mix positions, which a convolution cannot do. Maps whose edges do
    not wrap around shift only approximately.

    Cost: with m positions a map, `2 n m p q` multiplications, the transforms, and the singular values of m matrices
    p × q, which 8 m p q bytes hold.

    Source: Williams et al. 2021, the section on convolutional layers.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> X = np.random.default_rng(0).normal(size=(20, 6, 6, 3))
    >>> round(float(rs.circular_shift_distance(X, np.roll(X, (2, 5), axis=(1, 2)))), 6)
    0.0
    """
    x, y = pair_of_maps(X, Y, join=join)
    return between(prepare(x, distance=distance), prepare(y, distance=distance, argument="Y"))


def prepare(
    x: Float[Array, "items rows columns units"],
    /,
    *,
    distance: str = "angular",
    doubt: bool = False,
    argument: str = "X",
) -> State:
    """Return one layer centred, of unit norm, with its Fourier transform; `doubt` changes nothing."""
    procrustes.check_distance(distance)
    xp, shape = namespace(x), x.shape
    flat, squares, _, notes = centred(positions_as_rows(x), argument)
    if not flat.shape[1]:
        empty = xp.reshape(flat, (*shape[:3], 0))
        return State(empty, empty, distance, notes)
    flat = flat / xp.astype(xp.sqrt(xp.sum(squares)), flat.dtype)
    maps = xp.reshape(flat, (*shape[:3], flat.shape[1]))
    spectrum = xp.fft.rfftn(detached(maps), axes=(1, 2))
    frequencies = xp.reshape(xp.permute_dims(spectrum, (1, 2, 0, 3)), (-1, shape[0], flat.shape[1]))
    return State(maps, frequencies, distance, notes)


def between(a: State, b: State, /) -> Float[Array, ""]:
    """Return the distance of one pair at its best shift; one and the same state is at 0 from itself."""
    xp = namespace(a.x, b.x)
    if not (a.units and b.units):
        return xp.asarray(math.nan, dtype=xp.float64, device=device_of(a.x))
    if a is b:
        return xp.asarray(0.0, dtype=xp.float64, device=device_of(a.x))
    moved = xp.roll(b.x, best_shift(a, b), axis=(1, 2))
    one, other = (procrustes.State(positions_as_rows(maps), a.distance, maps.shape[3], ()) for maps in (a.x, moved))
    return procrustes.between(one, other)


def best_shift(a: State, b: State) -> tuple[int, int]:
    """Return by how many rows and columns the maps of `b` are to be rolled to come closest to those of `a`."""
    height, width = a.x.shape[1], a.x.shape[2]
    norms = to_numpy(cosines(a, b))
    row, column = np.unravel_index(int(norms.argmax()), (height, width))
    return int(row), int(column)


def cosines(a: State, b: State) -> Float[Array, " shifts"]:
    """Return the nuclear norm of XᵀY for every circular shift of `b`: the cosine after the best rotation.

    Products of the transforms at each frequency are the transform, over shifts, of the products of the maps.
    """
    xp = namespace(a.spectrum, b.spectrum)
    height, width, p, q = a.x.shape[1], a.x.shape[2], a.units, b.units
    products = xp.conj(b.spectrum).mT @ a.spectrum
    halved = xp.reshape(products, (height, -1, q, p))
    lags = xp.reshape(xp.fft.irfftn(halved, s=(height, width), axes=(0, 1)), (-1, q, p))
    found = [norms_of(lags[block, :, :]) for block in blocks(height * width, bytes_each=16 * p * q)]
    return xp.concat(found)


def norms_of(matrices: Float[Array, "many q p"]) -> Float[Array, " many"]:
    """Return the nuclear norm of each matrix, by the eigenvalues of its smaller square in float64."""
    xp = namespace(matrices)
    wide = xp.astype(matrices, xp.float64)
    small = wide @ wide.mT if wide.shape[1] <= wide.shape[2] else wide.mT @ wide
    values = xp.linalg.eigvalsh(small)
    return xp.sum(xp.sqrt(xp.where(values > 0, values, xp.zeros_like(values))), axis=1)


def shuffled(a: State, b: State, order: Any, /) -> float:
    """Return the distance with the items of `b` in another order."""
    xp, at = namespace(b.x), from_numpy(order, b.x)
    return float(between(a, b._replace(x=xp.take(b.x, at, axis=0), spectrum=xp.take(b.spectrum, at, axis=1))))


def bounds(state: State, /) -> tuple[float, float]:
    """Return the range of the distance."""
    return (0.0, math.pi / 2) if state.distance == "angular" else (0.0, math.sqrt(2))


def caveats(a: State, b: State, /) -> tuple[str, ...]:
    """Return what must be said of the value: the best of many shifts, and its dependence on n."""
    n, shifts = a.x.shape[0], a.x.shape[1] * a.x.shape[2]
    note = f"the best of {shifts} shifts; the interval is for the expected value at n = {n}"
    return (note,)
