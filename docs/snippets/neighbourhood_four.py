import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
X = rng.standard_normal((500, 10))
moved = X + 0.3 * rng.standard_normal(X.shape)
centres = 6 * np.eye(5)[rng.integers(5, size=500)]
first, second = (centres @ rng.standard_normal((5, 10)) + rng.standard_normal((500, 10)) for _ in range(2))

pairs = {
    "a copy": (X, X),
    "a little noise": (X, moved),
    "the same classes, else unrelated": (first, second),
    "unrelated": (X, rng.standard_normal(X.shape)),
}
print(f"{'':32}  mutual_knn  jaccard  rank_similarity  second_order_cosine")
for name, (a, b) in pairs.items():
    near, rank = rs.mutual_knn(a, b), rs.rank_similarity(a, b)
    print(f"{name:32}  {near:10.2f}  {rs.jaccard(a, b):7.2f}  {rank:15.2f}  {rs.second_order_cosine(a, b):19.2f}")
