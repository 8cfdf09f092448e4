import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
rows = {f"a{i}": rng.standard_normal((200, 30)) for i in range(20)}
columns = {f"b{j}": rng.standard_normal((200, 30)) for j in range(20)}
columns["b0"] = rows["a0"] + 2 * rng.standard_normal((200, 30))

result = rs.compare(rows, columns, interval=None)
print((result.p <= 0.05).sum(), "of 400 pairs have p of at most 0.05")
print((result.q <= 0.05).sum(), "has q of at most 0.05:", result["a0", "b0"].describe())
