"""What a recording proves of itself: no answer depends on the batch, and rows keep their shape."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from repscope.errors import RecordingError, explain

PROBE = 8
"""Items that are run alone to see whether the rest of the batch changes their answer."""
SAME_SHAPE = "Choose a pooling that takes the positions away (mean, max, last, tokens), or pad batches alike."


def check_agreement(alone: Mapping[str, np.ndarray], block: Mapping[str, np.ndarray], tolerance: float) -> None:
    """Raise `RecordingError` unless the first items of a batch get the same rows alone as in the batch.

    `tolerance` bounds the relative difference ‖alone − in batch‖ / ‖in batch‖ of each layer. It catches
    BatchNorm and dropout in training mode, a first axis that is not the items, and any model that draws random
    numbers.
    """
    for layer, few in alone.items():
        whole = block[layer]
        if few.shape[1:] != whole.shape[1:] or len(few) > len(whole):
            got = f"{few.shape[1:]} for {len(few)} items alone and {whole.shape[1:]} in the whole batch"
            expected = f"rows of one shape in {layer!r}"
            raise RecordingError(explain(expected=expected, got=got, argument="data", do=SAME_SHAPE))
        change = difference(few, whole[: len(few)])
        if change > tolerance:
            got = f"{change:.2g} (relative) between {len(few)} items alone and in a batch of {len(whole)}"
            do = "Record in eval mode (mode='eval'), or say tolerance=float('inf') if it is meant to be so."
            expected = f"rows of {layer!r} that do not depend on the batch, to {tolerance:g}"
            raise RecordingError(explain(expected=expected, got=got, argument="model", do=do))


def difference(few: np.ndarray, same: np.ndarray) -> float:
    """Return ‖few − same‖ / ‖same‖ over the values that are finite in both; infinite if others differ."""
    a, b = few.astype(np.float64), same.astype(np.float64)
    finite = np.isfinite(a) & np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return float("inf")
    norm = float(np.linalg.norm(b[finite]))
    change = float(np.linalg.norm(a[finite] - b[finite]))
    return change / norm if norm else (0.0 if not change else float("inf"))


def check_rows(expected: Mapping[str, tuple[int, ...]], arrays: Mapping[str, np.ndarray]) -> None:
    """Raise `RecordingError` unless every row has the shape that it had in the first batch."""
    for layer, shape in expected.items():
        if arrays[layer].shape[1:] != shape:
            got = f"{arrays[layer].shape[1:]} in a later batch"
            wanted = f"rows of shape {shape} in {layer!r}, as in the first batch"
            raise RecordingError(explain(expected=wanted, got=got, argument="data", do=SAME_SHAPE))
