import tempfile

import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
scene = rng.normal(size=(200, 6))  # what there is to be seen


def trained(noise):  # two layers that hear the scene through noise
    return {layer: scene + noise * rng.normal(size=scene.shape) for layer in ("early", "late")}


models = {f"lm-{size}": trained(noise) for size, noise in (("70m", 3), ("400m", 2), ("1b", 1.4), ("7b", 0.8))}
models |= {"vit": trained(0.6), "cnn": trained(0.7)}
groups = {"language": [name for name in models if name.startswith("lm")], "vision": ["vit", "cnn"]}
scale = dict(zip(groups["language"], (7e7, 4e8, 1e9, 7e9), strict=True))

with tempfile.TemporaryDirectory() as kept:
    few = dict(list(models.items())[:5])
    print("pairs computed for five models:", rs.zoo(few, cache=kept).computed)
    zoo = rs.zoo(models, groups=groups, scale=scale, cache=kept)
    print("and for one more:", zoo.computed, "computed,", zoo.cached, "kept")

print(zoo.maps["cka"].to_frame()[["model", "long", "short"]].round(2).to_string(index=False))
print(zoo.trees["cka"].to_frame().round(2).to_string(index=False))
trend = zoo.trends["cka"]
print(f"Spearman's rho {trend.rho:.2f}, p = {trend.rho_p:.2f}; {trend.slope:.2f} for each tenfold scale")
