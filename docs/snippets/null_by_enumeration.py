import itertools

import numpy as np

from repscope.similarity import cka, mutual_knn

rng = np.random.default_rng(0)
X, Y = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
every_order = [np.array(order) for order in itertools.permutations(range(6))]

for measure, params in [(cka, {}), (cka, {"kernel": "rbf"}), (mutual_knn, {"k": 2})]:
    a, b = (measure.prepare(x, doubt=True, **params) for x in (X, Y))
    values = np.array([measure.shuffled(a, b, order) for order in every_order])
    null = measure.null(a, b)
    print(f"{len(values)} orders: mean {abs(values.mean()):.6f}, sd {values.std():.6f}; closed form: sd {null.sd:.6f}")
