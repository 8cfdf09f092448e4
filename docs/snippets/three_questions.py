import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
X = rng.standard_normal((500, 20))
large_unit, far_items = X.copy(), X.copy()
large_unit[:, 0] *= 30
far_items[:5] *= 30
centres = 6 * np.eye(5)[rng.integers(5, size=500)]
first, second = (centres @ rng.standard_normal((5, 20)) + rng.standard_normal((500, 20)) for _ in range(2))

pairs = {
    "rotated": (X, X @ np.linalg.qr(rng.standard_normal((20, 20)))[0]),
    "every unit shifted by 3": (X, X + 3),
    "one unit 30 times larger": (X, large_unit),
    "five items moved far out": (X, far_items),
    "the same classes, else unrelated": (first, second),
}
print(f"{'':32}    cka  procrustes  mutual_knn")
for name, (a, b) in pairs.items():
    print(f"{name:32}  {rs.cka(a, b):5.2f}  {abs(rs.procrustes(a, b)):10.2f}  {rs.mutual_knn(a, b):10.2f}")
