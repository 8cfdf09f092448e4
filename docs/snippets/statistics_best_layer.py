import numpy as np

import repscope as rs

rng = np.random.default_rng(13)
brain = rng.standard_normal((60, 5))
network = {f"layer {i}": rng.standard_normal((60, 5)) for i in range(24)}

single = {name: rs.score("cka", brain, x, interval=None).p for name, x in network.items()}
print(f"smallest of 24 single p     {min(single.values()):.3f}")
print(f"p of the best of 24 layers  {rs.best_layer('cka', brain, network).best.p:.3f}")
