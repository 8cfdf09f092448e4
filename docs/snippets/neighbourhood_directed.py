import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
whole = rng.standard_normal((1000, 6))
part = whole[:, :2]
other = rng.standard_normal((1000, 2))
square = part**2

for name, x, y in [
    ("the whole and a part", whole, part),
    ("a part and its squares", part, square),
    ("two unrelated ones", part, other),
]:
    there, back = rs.information_imbalance(x, y), rs.information_imbalance(y, x)
    print(f"{name:24} first to second {there:.2f}, second to first {back:.2f}")
