import numpy as np

import repscope as rs

print("items    cca  unrelated  svcca  unrelated  cca, ridge=1  unrelated   (60 units, 10 of them shared)")
for items in (50, 100, 400, 3000):
    rng = np.random.default_rng(0)
    shared = rng.standard_normal((items, 10))
    X, Y = (shared @ rng.standard_normal((10, 60)) + rng.standard_normal((items, 60)) for _ in range(2))
    other = Y[rng.permutation(items)]
    row = []
    for measure, options in ((rs.cca, {}), (rs.svcca, {"variance": 0.9}), (rs.cca, {"ridge": 1.0})):
        row += [float(measure(X, against, summary="mean square", **options)) for against in (Y, other)]
    print("{:5}  {:5.2f}  {:9.2f}  {:5.2f}  {:9.2f}  {:12.2f}  {:9.2f}".format(items, *row))
