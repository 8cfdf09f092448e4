import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
print("items  same items  held out")
for items in (50, 200, 1000):
    X, Y = rng.standard_normal((2, items, 40))
    print(f"{items:5}  {rs.procrustes(X, Y):10.2f}  {rs.held_out_shape_distance(X, Y):8.2f}")
