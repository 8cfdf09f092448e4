import numpy as np

import repscope as rs

print("items  units  biased  debiased   (unrelated representations, mean of 10 draws)")
for items, units in [(50, 20), (50, 200), (500, 200), (1_000, 200)]:
    values = []
    for seed in range(10):
        X, Y = np.random.default_rng(seed).standard_normal((2, items, units))
        values.append((rs.cka(X, Y, debiased=False), rs.cka(X, Y)))
    biased, debiased = np.mean(values, axis=0)
    print(f"{items:5}  {units:5}  {biased:6.2f}  {round(debiased, 2) + 0.0:8.2f}")
