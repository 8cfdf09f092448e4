import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
X = rng.standard_normal((300, 20)) + 1
pairs = {
    "the same items, shuffled": X[rng.permutation(300)],
    "twice as large": 2 * X,
    "every unit shifted by 1": X + 1,
    "other units for the same space": X @ rng.standard_normal((20, 20)),
    "unrelated": rng.standard_normal((300, 20)) + 1,
}
measures = ["magnitude", "concentricity", "uniformity", "rsm_norm"]
print(f"{'':30}", *(f"{name:>13}" for name in measures), f"{'overlap':>9} {'riemannian':>10}")
for name, y in pairs.items():
    gaps = [getattr(rs, f"{measure}_difference")(X, y) for measure in measures]
    overlap, distance = rs.eigenspace_overlap(X, y), rs.affine_invariant_riemannian(X, y)
    print(f"{name:30}", *(f"{gap:13.2f}" for gap in gaps), f"{overlap:9.2f} {distance:10.2f}")
