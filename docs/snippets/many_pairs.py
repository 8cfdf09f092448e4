import numpy as np
from scipy.stats import false_discovery_control

import repscope as rs

rng = np.random.default_rng(0)
rows = {f"a{i}": rng.standard_normal((200, 30)) for i in range(20)}
columns = {f"b{j}": rng.standard_normal((200, 30)) for j in range(20)}
columns["b0"] = rows["a0"] + 2 * rng.standard_normal((200, 30))

result = rs.compare(rows, columns, measure="cka", interval=None)
adjusted = false_discovery_control(result.p.ravel(), method="by").reshape(result.shape)
print((result.p < 0.05).sum(), "of 400 pairs have p < 0.05")
print(
    (adjusted < 0.05).sum(),
    "after Benjamini and Yekutieli's correction:",
    np.argwhere(adjusted < 0.05).tolist(),
)
