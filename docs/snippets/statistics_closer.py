import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
X = rng.standard_normal((150, 10))
Y = X + rng.standard_normal((150, 10))
Z = Y + 0.4 * rng.standard_normal((150, 10))

for name, other in (("Y", Y), ("Z", Z)):
    low, high = rs.score("cka", X, other, null=None).interval
    print(f"X and {name}: interval {low:.2f} to {high:.2f}")
found = rs.differ("cka", X, Y, Z)
low, high = found.interval
print(f"difference {found.value:.2f}, interval {low:.2f} to {high:.2f}: closer is {found.closer}")
