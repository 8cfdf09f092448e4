import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
print("items  plug-in  moments   of a cosine of 0.3 in the population, 100 units")
for items in (25, 50, 100, 200):
    found = []
    for _ in range(5):
        x, noise = rng.normal(size=(2, items, 100))
        y = 0.3 * x + np.sqrt(1 - 0.3**2) * noise
        found.append((np.cos(rs.procrustes(x, y)), float(rs.procrustes_moments(x, y))))
    plug_in, moments = np.mean(found, axis=0)
    print(f"{items:5}  {plug_in:7.2f}  {moments:7.2f}")
