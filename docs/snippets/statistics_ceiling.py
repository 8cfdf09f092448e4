import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
content = rng.standard_normal((200, 10))
trials = content + rng.standard_normal((6, 200, 10))
ids = tuple(f"image {i}" for i in range(200))
brain = rs.Representation(trials, ids, ("trial", "item", "unit"))
model = content @ np.linalg.qr(rng.standard_normal((10, 10)))[0]

result = rs.score("cka", model, brain)
low, high = result.ceiling
print(f"a perfect model scores {result.value:.2f}; the noise ceiling is {low:.2f} to {high:.2f}")
