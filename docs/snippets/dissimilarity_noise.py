import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
noise = np.linspace(0.5, 4, 24)[:, None]  # some items are measured worse than others

print("signal  plug-in  cross-validated")
for signal in (0, 1, 3):
    truth = signal * rng.standard_normal((24, 30))
    X, Y = (truth + noise * rng.standard_normal((6, 24, 30)) for _ in range(2))
    plug_in = rs.rsa(X.mean(0), Y.mean(0), dissimilarity="squared euclidean", comparison="pearson")
    unbiased = rs.crossvalidated_rsa(X, Y, comparison="pearson")
    print(f"{signal:6d} {plug_in:8.2f} {unbiased:16.2f}")
