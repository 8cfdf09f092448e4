import numpy as np

from repscope.similarity.match_units import match_units
from repscope.similarity.rosetta_units import rosetta_units

rng = np.random.default_rng(0)
latent = rng.standard_normal((200, 5))
models = {name: np.maximum(rng.standard_normal((200, 50)) - 1, 0) for name in ("a", "b", "c")}
for at, x in enumerate(models.values()):
    x[:, 10 * at : 10 * at + 5] = latent + 0.5 * rng.standard_normal((200, 5))

found = match_units(models["a"], models["b"], permutations=999)
print(f"{len(found)} pairs, of which {len(found.discovered())} at q below 0.05")
print(found.discovered().to_frame().head(6).drop(columns="group").round(3).to_string(index=False))

concepts = rosetta_units(models)
print(concepts)
print(concepts.to_frame()[["a", "b", "c"]].sort_values("a").to_string(index=False))
