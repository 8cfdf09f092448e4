"""Pooling against plain NumPy loops, on NumPy and on torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from repscope.array.namespace import to_numpy
from repscope.errors import InputError, ShapeError
from repscope.recording.pool import POOLINGS, check_pooling, name_of_pooling, pool

rng = np.random.default_rng(0)
SEQUENCE = rng.normal(size=(3, 4, 5)).astype(np.float32)
MAP = rng.normal(size=(3, 2, 4, 5)).astype(np.float32)
LENGTHS = (4, 1, 3)
MASK = np.array([[position < length for position in range(4)] for length in LENGTHS], dtype=np.int64)
libraries = pytest.mark.parametrize("library", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])


@libraries
@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("none", SEQUENCE),
        ("flatten", SEQUENCE.reshape(3, 20)),
        ("mean", SEQUENCE.mean(1)),
        ("max", SEQUENCE.max(1)),
        ("cls", SEQUENCE[:, 0]),
        ("last", SEQUENCE[:, 3]),
        ("tokens", SEQUENCE.reshape(12, 5)),
    ],
)
def test_sequences(library, how, expected):
    np.testing.assert_allclose(to_numpy(pool(library(SEQUENCE), how)), expected, rtol=1e-6)


@libraries
@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("none", MAP.transpose(0, 2, 3, 1).reshape(3, 20, 2)),
        ("flatten", MAP.reshape(3, 40)),
        ("mean", MAP.mean((2, 3))),
        ("max", MAP.max((2, 3))),
        ("last", MAP[:, :, 3, 4]),
        ("tokens", MAP.transpose(0, 2, 3, 1).reshape(60, 2)),
    ],
)
def test_maps_have_their_places_as_positions(library, how, expected):
    np.testing.assert_allclose(to_numpy(pool(library(MAP), how)), expected, rtol=1e-5, atol=1e-7)


@libraries
def test_channels_say_where_the_units_are(library):
    np.testing.assert_allclose(to_numpy(pool(library(SEQUENCE), "mean", channels="first")), SEQUENCE.mean(2), rtol=1e-5)
    np.testing.assert_allclose(to_numpy(pool(library(MAP), "max", channels="last")), MAP.max((1, 2)))


@libraries
@pytest.mark.parametrize("how", ["mean", "max", "cls", "last"])
@pytest.mark.parametrize("side", ["right", "left"])
def test_a_mask_gives_what_each_item_gives_alone(library, how, side):
    mask = MASK if side == "right" else MASK[:, ::-1].copy()
    x = np.where(mask[:, :, None], SEQUENCE, np.nan)
    got = to_numpy(pool(library(x), how, mask=library(mask)))
    for i in range(3):
        alone = to_numpy(pool(library(x[i : i + 1, mask[i] != 0]), how))
        np.testing.assert_allclose(got[i], alone[0], rtol=1e-6)


@libraries
def test_tokens_are_the_real_positions_in_order(library):
    got = to_numpy(pool(library(SEQUENCE), "tokens", mask=library(MASK)))
    expected = np.concatenate([SEQUENCE[i, :length] for i, length in enumerate(LENGTHS)])
    np.testing.assert_array_equal(got, expected)


@libraries
@pytest.mark.parametrize("how", ["mean", "max", "cls", "last"])
def test_an_item_without_positions_is_nan(library, how):
    mask = MASK.copy()
    mask[1] = 0
    got = to_numpy(pool(library(SEQUENCE), how, mask=library(mask)))
    assert np.isnan(got[1]).all()
    assert np.isfinite(got[[0, 2]]).all()


@libraries
@pytest.mark.parametrize("how", ["none", "flatten"])
def test_a_mask_without_padding_changes_nothing_and_padding_is_refused(library, how):
    full = library(np.ones_like(MASK))
    np.testing.assert_array_equal(
        to_numpy(pool(library(SEQUENCE), how, mask=full)), to_numpy(pool(library(SEQUENCE), how))
    )
    with pytest.raises(ShapeError, match="Padding would be recorded"):
        pool(library(SEQUENCE), how, mask=library(MASK))


@libraries
def test_two_axes_have_no_positions(library):
    x = SEQUENCE[:, 0]
    for how in ("none", "flatten", "mean", "max", "cls", "last"):
        np.testing.assert_array_equal(to_numpy(pool(library(x), how)), x)
    with pytest.raises(ShapeError, match="tokens"):
        pool(library(x), "tokens")
    assert tuple(pool(library(x[:, 0]), "none").shape) == (3, 1)


def test_the_mean_of_half_precision_is_not_rounded_to_it():
    x = torch.ones(1, 2, 1, dtype=torch.bfloat16)
    x[0, 1] = 1 + 2**-7
    assert pool(x, "mean").item() == 1 + 2**-8
    assert pool(x, "mean", mask=torch.ones(1, 2)).item() == 1 + 2**-8


def test_refusals_name_what_is_missing():
    with pytest.raises(ShapeError, match="no first token"):
        pool(MAP, "cls")
    with pytest.raises(ShapeError, match="4 positions, the mask 3"):
        pool(SEQUENCE, "mean", mask=MASK[:, :3])
    with pytest.raises(ShapeError, match=r"\(3, units\)"):
        pool(SEQUENCE, lambda x: x.sum())
    with pytest.raises(InputError, match="'median'"):
        check_pooling("median")


def test_a_function_is_given_the_array_and_named_by_its_import_path():
    def middle(x):
        return x[:, 1]

    np.testing.assert_array_equal(pool(SEQUENCE, middle), SEQUENCE[:, 1])
    assert name_of_pooling(middle).endswith("<locals>.middle")
    assert [name_of_pooling(how) for how in POOLINGS] == list(POOLINGS)
    check_pooling(middle)
