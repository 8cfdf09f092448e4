import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
X = rng.standard_normal((2000, 6)) * [10, 10, 1, 1, 1, 1]
noise = rng.standard_normal((2000, 6))
few_large, many_small = X.copy(), X.copy()
few_large[:, :2] = 10 * noise[:, :2]
many_small[:, 2:] = noise[:, 2:]

pairs = {
    "units mixed by an invertible matrix": (X, X @ np.triu(np.ones((6, 6)))),
    "the two large directions replaced": (X, few_large),
    "the four small directions replaced": (X, many_small),
    "the large directions alone": (X, X[:, :2]),
}
print(f"{'':36}    cca  svcca  pwcca  pwcca back   gulp  procrustes")
for name, (a, b) in pairs.items():
    row = rs.cca(a, b), rs.svcca(a, b), rs.pwcca(a, b), rs.pwcca(b, a), rs.gulp(a, b), rs.procrustes(a, b)
    print(f"{name:36}  {row[0]:5.2f}  {row[1]:5.2f}  {row[2]:5.2f}  {row[3]:10.2f}  {row[4]:5.2f}  {row[5]:10.2f}")
