import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
labels = rng.integers(0, 10, 2000)


def answers(accuracy, hard):
    """Classes of a network that is right so often; `hard` says for each item how hard it is."""
    wrong = (labels + rng.integers(1, 10, 2000)) % 10
    return np.where(hard < np.quantile(hard, accuracy), labels, wrong)


shared = rng.normal(size=2000)
print("accuracy  errors       disagreement  error consistency")
for accuracy in (0.5, 0.8, 0.95):
    for name, weight in (("independent", 0.0), ("shared", 1.0)):
        x, y = (answers(accuracy, weight * shared + rng.normal(size=2000)) for _ in range(2))
        d, k = rs.disagreement(x, y), rs.error_consistency(x, y, labels=labels)
        print(f"{accuracy:8.2f}  {name:11}  {float(d):12.2f}  {float(k):17.2f}")
