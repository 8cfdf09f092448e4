import numpy as np

import repscope as rs


def textbook(X, Y):
    """Debiased linear CKA from kernels that are not centred, as it is often written."""

    def hsic(K, L):
        n = len(K)
        last = K.sum() * L.sum() / ((n - 1) * (n - 2)) - 2 / (n - 2) * K.sum(0) @ L.sum(0)
        return ((K * L).sum() + last) / (n * (n - 3))

    K, L = X @ X.T, Y @ Y.T
    np.fill_diagonal(K, 0)
    np.fill_diagonal(L, 0)
    return hsic(K, L) / np.sqrt(abs(hsic(K, K) * hsic(L, L)))


print("mean/std  textbook float32  rs.cka float32  rs.cka float64")
rng = np.random.default_rng(0)
X = rng.standard_normal((1000, 64))
Y = X + rng.standard_normal((1000, 64))
for mean in (0, 1, 10, 30, 100):
    x, y = (X + mean).astype("float32"), (Y + mean).astype("float32")
    exact = rs.cka(x.astype("float64"), y.astype("float64"))
    print(f"{mean:8}  {textbook(x, y):16.2f}  {rs.cka(x, y):14.2f}  {exact:14.2f}")
