"""The numbers on disk: which dtype a layer is kept in, and the way there and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from repscope.errors import DtypeError, InputError, explain

ON_DISK = {"float32": "<f4", "float16": "<f2", "bfloat16": "<u2", "float64": "<f8"}
"""The NumPy dtype in which the bytes of a layer are held; NumPy has no bfloat16, so its bits are."""

TENSOR = {"float32": "F32", "float16": "F16", "bfloat16": "BF16", "float64": "F64"}
"""The safetensors name of a layer's dtype."""


def check_dtype(dtype: str | None) -> None:
    """Raise `InputError` unless `dtype` is None or one that a layer can be kept in."""
    if dtype is not None and dtype not in ON_DISK:
        expected = f"None or one of {', '.join(ON_DISK)}"
        raise InputError(explain(expected=expected, got=repr(dtype), argument="dtype", do="Choose one of them."))


def stored_dtype(given: np.dtype, wanted: str | None, layer: str) -> str:
    """Return the dtype a layer is kept in: `wanted`, or by default its own, with float64 and integers as float32.

    Raises
    ------
    DtypeError
        Complex numbers, objects, strings: nothing that is one real number a unit.
    """
    if given.name not in ON_DISK and given.kind not in "fiub":
        got, do = f"{given} in layer {layer!r}", "Convert it: x.astype('float32'), or stack real and imaginary parts."
        raise DtypeError(explain(expected="real numbers", got=got, argument="arrays", do=do))
    if wanted is not None:
        return wanted
    return given.name if given.name in ("float16", "bfloat16") else "float32"


def to_disk(x: np.ndarray, stored: str, layer: str) -> np.ndarray:
    """Return the rows as they are written: contiguous, little-endian, bfloat16 as its bits.

    Raises
    ------
    DtypeError
        A finite value would become infinite.
    """
    if x.dtype.name == "bfloat16":
        bits = np.ascontiguousarray(x).view(np.uint16)
        return bits if stored == "bfloat16" else to_disk(widened(bits), stored, layer)
    try:
        with np.errstate(over="raise", invalid="ignore", under="ignore"):
            if stored == "bfloat16":
                return rounded(np.ascontiguousarray(x, dtype=np.float32))
            return np.ascontiguousarray(x, dtype=ON_DISK[stored])
    except FloatingPointError as error:
        got = f"values beyond its range in layer {layer!r}"
        do = "Choose dtype='bfloat16' (the range of float32) or dtype='float32'."
        message = explain(expected=f"values that {stored} can hold", got=got, argument="arrays", do=do)
        raise DtypeError(message) from error


def rounded(x: np.ndarray) -> np.ndarray:
    """Return the bits of bfloat16 for float32 values: the nearest, ties to even; NaN stays NaN.

    Raises
    ------
    FloatingPointError
        A finite value would become infinite.
    """
    bits = x.view(np.uint32)
    up = bits + (np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1)))
    half = (up >> np.uint32(16)).astype(np.uint16)
    odd = ~np.isfinite(x)
    half[odd] = (bits[odd] >> np.uint32(16)).astype(np.uint16)
    half[np.isnan(x)] |= np.uint16(0x40)
    if np.count_nonzero((half & np.uint16(0x7FFF)) == 0x7F80) != np.count_nonzero(np.isinf(x)):
        message = "overflow in bfloat16"
        raise FloatingPointError(message)
    return half


def widened(bits: np.ndarray) -> np.ndarray:
    """Return float32 values for the bits of bfloat16; exact."""
    return (bits.astype(np.uint32) << np.uint32(16)).view(np.float32)


def from_disk(raw: Any, stored: str) -> Any:
    """Return rows as they are read: the same memory, but for bfloat16, which becomes float32."""
    return widened(raw) if stored == "bfloat16" else raw


def read_dtype(stored: str) -> np.dtype:
    """Return the NumPy dtype in which rows are read."""
    return np.dtype(np.float32) if stored == "bfloat16" else np.dtype(ON_DISK[stored])
