import numpy as np

import repscope as rs
from repscope.similarity import cka
from repscope.stats import joint

rng = np.random.default_rng(0)
layers = [rng.standard_normal((900, p)) + 20 for p in (8, 12, 6)]
layers[1][:, :8] += layers[0]

workers = [joint.of([x[start::3] for x in layers]) for start in range(3)]
together = joint.merge(*workers)

for i, j in ((0, 1), (0, 2)):
    merged, whole = cka.from_moments(together.pair(i, j)), rs.cka(layers[i], layers[j])
    print(f"layers {i} and {j}: {merged:.6f}, in memory {whole:.6f}, the same: {abs(merged - whole) < 1e-10}")
