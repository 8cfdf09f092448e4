import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
X = rng.standard_normal((400, 12)) * np.geomspace(1, 8, 12)
noise = rng.standard_normal((400, 4)) * 8
rotation = np.linalg.qr(rng.standard_normal((12, 12)))[0]

pairs = {
    "units in another order": (X, X[:, ::-1]),
    "each unit twice": (X, np.repeat(X, 2, axis=1)),
    "four units replaced by noise": (X, np.c_[X[:, :8], noise]),
    "rotated": (X, X @ rotation),
    "units scaled": (X, X / X.std(axis=0)),
    "unrelated": (X, rng.standard_normal((400, 12))),
}
print(f"{'':30}{'whitened':>9}{'procrustes':>11}{'permutation':>12}{'soft':>6}{'partial':>8}")
for name, (a, b) in pairs.items():
    distances = (
        rs.shape_distance(a, b, alpha=0),
        rs.procrustes(a, b),
        rs.permutation_distance(a, b),
        1 - rs.soft_matching_correlation(a, b),
        rs.partial_soft_matching(a, b, mass=0.65, cost="correlation"),
    )
    print(f"{name:30}" + "".join(f"{abs(d):{w}.2f}" for d, w in zip(distances, (9, 11, 12, 6, 8), strict=True)))
