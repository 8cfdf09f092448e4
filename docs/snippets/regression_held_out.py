import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
shared = rng.standard_normal((200, 8))
X = np.concatenate([shared, rng.standard_normal((200, 92))], axis=1)
related = shared @ rng.standard_normal((8, 20)) + 2 * rng.standard_normal((200, 20))
unrelated = related[rng.permutation(200)]

settings = {
    "in the sample, least squares": {"folds": None, "penalty": 0},
    "held out, least squares": {"penalty": 0},
    "held out, chosen penalty": {},
    "the same, as correlation": {"score": "correlation"},
}
print(f"{'':28}  related  unrelated")
for name, options in settings.items():
    row = [float(rs.linear_predictivity(X, y, **options)) for y in (related, unrelated)]
    print(f"{name:28}  {row[0]:7.2f}  {row[1]:9.2f}")
