"""What the table of an audit says in words."""

from __future__ import annotations

import numpy as np

from repscope.types import Trial

MEANING = {
    "layer identification": "follow layers across seeds",
    "known truth": "pick the model behind noisy recordings of a few units",
    "untrained control": "tell learned structure from that of the architecture",
    "sensitivity": "notice lost components as a linear probe does",
    "components before seed": "notice a change of one network that is smaller than a change of seed",
    "training told apart": "tell ways of training apart",
    "simple feature's share": "weigh simple and complex features alike",
}


def advice(
    measures: tuple[str, ...], tests: tuple[Trial, ...], value: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[str, ...]:
    """Return one sentence a test, which measures are best and which are no better than chance, and one over all."""
    said = []
    for k, trial in enumerate(tests):
        far = np.abs(value[:, k] - trial.best)
        if np.isnan(far).all():
            continue
        best = int(np.nanargmin(far))
        reached = (low[:, k] <= value[best, k]) & (value[best, k] <= high[:, k])
        none = [measures[i] for i in range(len(measures)) if low[i, k] <= trial.chance <= high[i, k]]
        if measures[best] in none:
            said.append(f"To {MEANING[trial.name]}: none is told apart from chance by these networks.")
            continue
        alike = [measures[i] for i in np.argsort(far) if reached[i] and measures[i] not in none]
        sentence = f"To {MEANING[trial.name]}: {listed(alike[:4])}"
        said.append(sentence + (f"; no better than chance: {listed(none)}." if none else "."))
    mean_rank = np.nanmean([np.argsort(np.argsort(np.abs(value[:, k] - t.best))) for k, t in enumerate(tests)], axis=0)
    first = int(np.argmin(mean_rank))
    return (
        *said,
        f"Over all tests {measures[first]} ranks highest on average; report one that errs differently beside it.",
    )


def listed(names: list[str]) -> str:
    """Return names as a list in words."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
