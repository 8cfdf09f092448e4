import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
mean, noise = rng.normal(size=(60, 5)), 0.5 * rng.normal(size=(40, 60, 5))
spread = np.array([2.0, 1.5, 1.0, 0.5, 0.25])
rotation = np.linalg.qr(rng.normal(size=(5, 5)))[0]
networks = {
    "the same, rotated": (mean + noise) @ rotation,
    "half the noise": mean + noise / 2,
    "noise of another shape": mean + noise * spread,
    "other means": rng.normal(size=(60, 5)) + noise,
}
print(f"{'':24}means  both  covariances  energy")
for name, other in networks.items():
    found = [rs.stochastic_shape_distance(mean + noise, other, alpha=alpha) for alpha in (2, 1, 0)]
    found.append(rs.energy_shape_distance(mean + noise, other))
    print(f"{name:24}" + "  ".join(f"{float(value):5.2f}" for value in found))
