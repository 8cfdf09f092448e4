import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
pairs = rng.standard_normal((20, 2, 64, 400))
print("64 items, 400 units, unrelated: mean of 20 draws")
for name, params in [
    ("rv", {}),
    ("distance_correlation", {"bias_corrected": False}),
    ("modified_rv", {}),
    ("adjusted_rv", {}),
    ("cka", {}),
    ("distance_correlation", {}),
    ("minibatch_cka", {"batch_size": 16}),
]:
    mean = np.mean([getattr(rs, name)(X, Y, **params) for X, Y in pairs])
    setting = ", ".join(f"{key}={value}" for key, value in params.items())
    print(f"{name:21} {setting:20} {round(float(mean), 2) + 0.0:5.2f}")
