import numpy as np

import repscope as rs

print("items    cka  procrustes  (unrelated)  mutual_knn   (60 units, mean of 10 draws)")
for items in (50, 200, 800):
    rows = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        shared = rng.standard_normal((items, 10))
        X, Y = (shared @ rng.standard_normal((10, 60)) + 2 * rng.standard_normal((items, 60)) for _ in range(2))
        shuffled = Y[rng.permutation(items)]
        rows.append((rs.cka(X, Y), rs.procrustes(X, Y), rs.procrustes(X, shuffled), rs.mutual_knn(X, Y)))
    cka, distance, unrelated, neighbours = np.mean(rows, axis=0)
    print(f"{items:5}  {cka:5.2f}  {distance:10.2f}  {unrelated:11.2f}  {neighbours:10.2f}")
