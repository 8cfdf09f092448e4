import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
X, hidden = rng.standard_normal((2, 500, 10))
brain = X + hidden
print("trials  predictivity  ceilinged")
for trials in (2, 5, 20, 100):
    Y = brain + 3 * rng.standard_normal((trials, 500, 10))
    bare = rs.linear_predictivity(X, Y.mean(axis=0), score="correlation")
    print(f"{trials:6}  {float(bare):12.2f}  {float(rs.ceilinged_predictivity(X[None], Y)):9.2f}")
print(f"     ∞  {float(rs.linear_predictivity(X, brain, score='correlation')):12.2f}")
