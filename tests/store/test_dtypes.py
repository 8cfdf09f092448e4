"""The numbers on disk are the numbers that were given, rounded as the dtype says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from repscope.errors import DtypeError, InputError
from repscope.store import Recording, Writer
from repscope.store.dtypes import rounded, to_disk, widened


def kept(path: Path, x: np.ndarray, dtype: str | None = None) -> Recording:
    with Writer.open(path, "m", settings={}, dtype=dtype) as writer:
        writer.append([str(i) for i in range(len(x))], {"x": x})
        return writer.finish()


def nearest(x: np.ndarray) -> np.ndarray:
    """Return the nearest values of 8 significant bits and no exponent below −133, ties to even, by arithmetic."""
    finite = np.where(np.isfinite(x), x, 0).astype(np.float64)
    quantum = np.ldexp(1.0, np.maximum(np.frexp(finite)[1] - 8, -133))
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(x), np.rint(finite / quantum) * quantum, x).astype(np.float32)


@given(hnp.arrays(np.uint32, 50, elements=st.integers(0, 2**32 - 1)))
def test_bfloat16_is_rounded_to_nearest_even(bits: np.ndarray) -> None:
    x = bits.view(np.float32)
    x = x[~(np.isfinite(x) & (np.abs(x) > 3.38e38))]
    np.testing.assert_array_equal(widened(rounded(x)), nearest(x))


@pytest.mark.parametrize("low", [0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF])
def test_every_tie_and_its_neighbours_are_rounded_to_nearest_even(low: int) -> None:
    x = ((np.arange(2**16, dtype=np.uint32) << 16) | np.uint32(low)).view(np.float32)
    x = x[np.isfinite(x) & (np.abs(x) < 3.38e38)]
    np.testing.assert_array_equal(widened(rounded(x)), nearest(x))


@pytest.mark.parametrize("low", [1, 0x7FFF, 0xFFFF])
def test_a_nan_stays_a_nan_in_bfloat16(low: int) -> None:
    x = np.array([0x7F800000 | low, 0xFF800000 | low], np.uint32).view(np.float32)
    assert np.isnan(widened(rounded(x))).all()


@pytest.mark.parametrize(
    ("given_dtype", "wanted", "stored", "read"),
    [
        ("float32", None, "float32", "float32"),
        ("float64", None, "float32", "float32"),
        ("float16", None, "float16", "float16"),
        (">f4", None, "float32", "float32"),
        ("int64", None, "float32", "float32"),
        ("bool", None, "float32", "float32"),
        ("bfloat16", None, "bfloat16", "float32"),
        ("bfloat16", "float16", "float16", "float16"),
        ("float32", "bfloat16", "bfloat16", "float32"),
        ("float64", "float64", "float64", "float64"),
        ("float32", "float16", "float16", "float16"),
    ],
)
def test_dtypes_on_disk(given_dtype: str, wanted: str | None, stored: str, read: str, tmp_path: Path) -> None:
    if given_dtype == "bfloat16":
        pytest.importorskip("ml_dtypes")
    x = (np.arange(12).reshape(6, 2) % 2).astype(np.dtype(given_dtype))
    layer = kept(tmp_path, x, wanted)["x"]
    assert (layer.source.dtype, layer.x.stored, layer.x.dtype.name) == (stored, stored, read)
    for part in (np.asarray(layer.x), layer.x[0:6], layer.x[[0, 1, 2, 3, 4, 5]]):
        np.testing.assert_array_equal(part, x.astype(read))


def test_nan_and_infinity_are_kept_in_every_dtype(tmp_path: Path) -> None:
    x = np.array([[np.nan, np.inf], [-np.inf, 1.0]])
    for dtype in ("float32", "float16", "bfloat16", "float64"):
        np.testing.assert_array_equal(np.asarray(kept(tmp_path / dtype, x, dtype)["x"].x), x)


@pytest.mark.parametrize(("value", "stored"), [(70000.0, "float16"), (1e39, "float32"), (3.4e38, "bfloat16")])
def test_a_value_beyond_the_dtype_is_refused_and_not_made_infinite(value: float, stored: str) -> None:
    with pytest.raises(DtypeError, match=f"values that {stored} can hold"):
        to_disk(np.array([[1.0, value]]), stored, "x")


@pytest.mark.parametrize("x", [np.ones((2, 2), complex), np.array([["a"], ["b"]]), np.array([[None], [1]])])
def test_what_is_no_real_number_is_refused(x: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(DtypeError, match="real numbers"):
        kept(tmp_path, x)


def test_a_later_append_in_another_dtype_is_refused(tmp_path: Path) -> None:
    with Writer.open(tmp_path, "m", settings={}) as writer:
        writer.append(["a"], {"x": np.ones((1, 2), np.float16)})
        with pytest.raises(DtypeError, match="float16, as before"):
            writer.append(["b"], {"x": np.ones((1, 2), np.float32)})


def test_an_unknown_dtype_on_disk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="float8"):
        Writer.open(tmp_path, "m", settings={}, dtype="float8")
