import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
x = rng.normal(size=(1000, 10))
y = x + 0.3 * rng.normal(size=x.shape)
print("temperature  disagreement  churn  Jensen-Shannon  soft difference")
for temperature in (4, 1, 0.1):
    pair = x / temperature, y / temperature
    measures = (rs.disagreement, rs.churn, rs.jensen_shannon_divergence, rs.soft_prediction_difference)
    d, c, j, s = (float(measure(*pair)) for measure in measures)
    print(f"{temperature:11}  {d:12.2f}  {c:5.2f}  {j:14.2f}  {s:15.2f}")
