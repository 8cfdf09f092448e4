import numpy as np

import repscope as rs

rng = np.random.default_rng(0)
layers = [rng.standard_normal((120, 60)) * np.geomspace(3, 0.03, 60) for _ in range(4)]


def another_seed(parts):
    """The same content in other units, with noise."""
    turned = [part @ np.linalg.qr(rng.standard_normal((60, 60)))[0] for part in parts]
    return {f"layer {i}": x + 0.3 * rng.standard_normal(x.shape) for i, x in enumerate(turned)}


trained = [another_seed(layers) for _ in range(4)]
untrained = [another_seed([rng.standard_normal((120, 60)) for _ in layers]) for _ in range(3)]

found = rs.audit(trained, untrained=untrained, measures=["cka", "procrustes", "cca", "svcca"])
for test in ("layer identification", "known truth", "untrained control"):
    print(test)
    for measure, value in found.ranked(test):
        print(f"  {measure:10} {value:.2f}")
print(*found.advice, sep="\n")
rs.report(found, "audit.html")
