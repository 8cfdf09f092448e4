import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
film = np.repeat(np.arange(30), 10)
scenes = rng.standard_normal((30, 20))[film]
X = scenes + 0.3 * rng.standard_normal((300, 20))
Y = scenes + 0.3 * rng.standard_normal((300, 20)) + 2 * rng.standard_normal((30, 20))[film]

for clusters in (None, film):
    result = rs.score("cka", X, Y, clusters=clusters)
    low, high = result.interval
    said = "frames alone" if clusters is None else "whole films"
    print(f"{said:13} {result.value:.2f}, interval {low:.2f} to {high:.2f}, unrelated ± {result.null.sd:.3f}")
