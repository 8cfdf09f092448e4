import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
angle = rng.uniform(0, 2 * np.pi, 100)
ring = np.column_stack([np.cos(angle), np.sin(angle)])
ellipse = ring * [2, 1]
line = np.column_stack([angle, 0.05 * rng.standard_normal(100)])
halves = ring + np.where(angle > np.pi, 3, 0)[:, None]

for name, other in [("an ellipse", ellipse), ("the ring cut open", line), ("its two halves apart", halves)]:
    topology = rs.representation_topology_divergence(ring, other)
    print(f"{name:22} divergence {topology:5.2f}, cka {rs.cka(ring, other):.2f}")
