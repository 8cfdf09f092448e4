"""Try measures on networks about which the truth is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import stdtrit

from repscope.array.random import generator
from repscope.studies.audit import components, ground_truth, identification, prevalence, training, untrained
from repscope.studies.audit.advice import advice
from repscope.studies.audit.closeness import Measure, measures_of
from repscope.studies.audit.digits import digit_networks
from repscope.studies.audit.networks import Networks, given
from repscope.types import Audit, Trial

MEASURES = ("cka", "procrustes", "mutual_knn", "rsa", "linear_predictivity", "cca", "svcca", "pwcca")
LEVEL = 0.95

Scores = dict[Trial, Callable[[Measure], np.ndarray]]


def audit(
    trained: Sequence[Any] | None = None,
    /,
    *,
    untrained: Sequence[Any] = (),
    groups: Mapping[str, Sequence[Any]] | None = None,
    labels: Any = None,
    measures: Sequence[str] | Mapping[str, Any] = MEASURES,
    seeds: int = 5,
    rng: int | np.random.Generator | None = None,
    step: Callable[[str], None] = lambda said: None,
) -> Audit:
    """Return a table of measures by tests, each in the unit of its test, with intervals and advice in words.

    Six questions whose answers are known: is each layer found again across seeds; is the network behind noisy
    recordings of a few units picked; do trained networks look more alike than trained and untrained ones; are deleted
    components noticed, as much as they matter and before the seed is; are ways of training told apart; and do simple
    features count for more than complex ones that are used as much?

    Parameters
    ----------
    trained : sequence of Recordings, or of dicts of (items, units) arrays, optional
        At least three networks of one architecture from different seeds, on the same items. Without them networks on
        handwritten digits are trained first.
    untrained : the same kinds
        The architecture at initialisation; without it the control is left out.
    groups : mapping from a name to the same kinds
        Networks of that architecture by how they were trained; at least two groups of two.
    labels : array, (items,), or str
        The class of each item, or the label column of the recordings: for the linear probe.
    measures : sequence of str, or mapping from a label to a name or a (name, parameters) pair
        Cards that compare items by units.
    seeds : int
        How many of the built-in networks.
    rng : int, Generator or None
        Draws the noise and the units that are seen; None is seed 0.
    step : callable
        Told in words what begins.

    Returns
    -------
    An `Audit`. Its intervals are over networks: another set of seeds would score within them.

    Raises
    ------
    UnknownName, InputError, ShapeError, IdMismatch, StoreError, MissingExtra
        As their names say.

    Notes
    -----
    A measure that fails here may still answer another question: identification across seeds asks for invariance to the
    seed, and sensitivity for the opposite. The feature test can be made with the built-in networks only.

    Cost: all pairs of all layers under each measure, twice over; a few minutes with the defaults.

    Examples
    --------
    >>> import numpy as np, repscope as rs
    >>> draw = np.random.default_rng(0).normal
    >>> base = [draw(size=(60, 8)) for _ in range(3)]
    >>> seeds = [{str(i): x + 0.3 * draw(size=x.shape) for i, x in enumerate(base)} for _ in range(3)]
    >>> rs.audit(seeds, measures=["cka"]).ranked("layer identification")
    [('cka', 1.0)]
    """
    tried, draw = measures_of(measures), generator(rng)
    networks = digit_networks(seeds, step=step) if trained is None else given(trained, untrained, groups or {}, labels)
    seed = int(draw.integers(2**31))
    tests = tests_of(networks, seed)
    shape = len(tried), len(tests)
    value, low, high = (np.full(shape, math.nan) for _ in range(3))
    for i, measure in enumerate(tried):
        step(f"trying {measure.label}")
        for k, (trial, scores) in enumerate(tests.items()):
            value[i, k], low[i, k], high[i, k] = interval(scores(measure), trial, networks)
    found, names = tuple(tests), tuple(measure.label for measure in tried)
    return Audit(
        measures=names,
        tests=found,
        value=value,
        low=low,
        high=high,
        networks=networks.name,
        n=networks.items,
        level=LEVEL,
        advice=advice(names, found, value, low, high),
        notes=left_out(networks),
    )


def tests_of(networks: Networks, seed: int) -> Scores:
    """Return the tests that these networks allow, and how a measure's scores in each are found, a number a network."""

    def draws() -> np.random.Generator:
        """Return the same draws for every measure."""
        return np.random.default_rng(seed)

    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def of_components(measure: Measure) -> tuple[np.ndarray, np.ndarray]:
        """Return the scores of both tests on deleted components, found once a measure."""
        if measure.label not in found:
            found[measure.label] = components.scores(measure, networks)
        return found[measure.label]

    tests: Scores = {
        identification.trial(networks): lambda m: identification.scores(m, networks),
        ground_truth.trial(networks): lambda m: ground_truth.scores(m, networks, draws()),
    }
    if networks.untrained:
        tests[untrained.TRIAL] = lambda m: untrained.scores(m, networks)
    if networks.labels is not None:
        tests[components.SENSITIVITY] = lambda m: of_components(m)[0]
    tests[components.SPECIFICITY] = lambda m: of_components(m)[1]
    if len(networks.groups) > 1:
        tests[training.trial(networks)] = lambda m: training.scores(m, networks)
    if networks.features:
        tests[prevalence.TRIAL] = lambda m: prevalence.scores(m, networks, draws())
    return tests


def interval(scores: np.ndarray, trial: Trial, networks: Networks) -> tuple[float, float, float]:
    """Return the mean over networks and its interval by Student's t.

    For shares of layers or pairs the standard error is not taken below that of as many independent draws, with one
    more success and one more failure, so that five perfect networks do not claim certainty.
    """
    scores = scores[np.isfinite(scores)]
    if len(scores) < 2:
        return math.nan, math.nan, math.nan
    mean, error = float(scores.mean()), float(scores.std(ddof=1)) / math.sqrt(len(scores))
    if trial.unit in ("share of layers", "share of pairs"):
        draws = len(scores) * networks.depth
        smoothed = (mean * draws + 1) / (draws + 2)
        error = max(error, math.sqrt(smoothed * (1 - smoothed) / draws))
    reach = float(stdtrit(len(scores) - 1, 0.5 + LEVEL / 2)) * error
    lowest = -1.0 if trial.unit == "rank correlation" else 0.0
    return mean, max(mean - reach, lowest), min(mean + reach, 1.0)


def left_out(networks: Networks) -> tuple[str, ...]:
    """Return which tests could not be made, and what they would need."""
    wants = {
        "untrained control: give untrained=": bool(networks.untrained),
        "sensitivity: give labels=": networks.labels is not None,
        "training told apart: give groups=": len(networks.groups) > 1,
        "simple feature's share: only the built-in networks have it": bool(networks.features),
    }
    return tuple(f"left out: {name}" for name, has in wants.items() if not has)
