import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
X = rng.standard_normal((400, 20))
Y = X + 2 * rng.standard_normal((400, 20))

curve = rs.how_many("cka", X, Y, width=0.05)
print(curve.to_frame().round(2).to_string(index=False))
print("more than there are" if curve.needed > 400 else "there are enough")
