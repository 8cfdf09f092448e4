import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
shared = rng.standard_normal((300, 5))
X = shared @ rng.standard_normal((5, 40)) + rng.standard_normal((300, 40))
Y = shared @ rng.standard_normal((5, 25)) + rng.standard_normal((300, 25))

print(f"{rs.cka(X, Y):.3f}")
print(rs.score("cka", X, Y).describe())

both = rs.compare({"a": X, "b": Y}, measure="procrustes", interval=None, null=None)
print(both.value.round(3))
