import numpy as np
import torch
from sklearn.datasets import load_digits

import repscope as rs
from repscope.studies.digits import build

pixels = torch.tensor(load_digits().data[1200:] / 16, dtype=torch.float32)
one, other = (build("cnn", seed) for seed in (1, 2))

print("two untrained networks   cka   less the pixels")
with torch.no_grad():
    a = b = pixels.reshape(-1, 1, 8, 8)
    for name in ("conv1", "conv2", "conv3"):
        a, b = one.get_submodule(name)(a), other.get_submodule(name)(b)
        x, y = a.flatten(1), b.flatten(1)
        plain, less = rs.cka(x, y), rs.deconfounded_cka(x, y, confound=pixels)
        print(f"{name:21}  {float(plain):6.2f}   {float(less):6.2f}")

rng = np.random.default_rng(0)
labels = rng.integers(0, 5, 400)
centres = 4 * rng.standard_normal((5, 30))
X, Y = (centres[labels] + rng.standard_normal((400, 30)) for _ in range(2))
print()
print("two that share their classes and nothing else")
for measure, params in [("cka", {}), ("class_conditional_cka", {"labels": labels}), ("cknna", {})]:
    result = rs.score(measure, X, Y, permutations=200, **params)
    print(f"{measure:21}  {result.value:6.2f}   null {result.null.mean:5.2f}")
