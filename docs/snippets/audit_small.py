import numpy as np

import repscope as rs

rng = np.random.default_rng(0)


def another_seed(layers):
    """The same content in other units, with noise."""
    turned = {name: x @ np.linalg.qr(rng.standard_normal((60, 60)))[0] for name, x in layers.items()}
    return {name: x + 0.3 * rng.standard_normal(x.shape) for name, x in turned.items()}


def content():
    """Three layers with directions of falling variance."""
    return {f"layer {i}": rng.standard_normal((64, 60)) * np.geomspace(3, 0.03, 60) for i in range(3)}


learned = content()
trained = [another_seed(learned) for _ in range(3)]
untrained = [another_seed(content()) for _ in range(2)]

found = rs.audit(trained, untrained=untrained, measures=["cka", "cca"])
for test in ("layer identification", "untrained control"):
    print(test)
    for measure, value in found.ranked(test):
        print(f"  {measure:10} {value:.2f}")
print(*found.notes, sep="\n")
rs.report(found, "audit.html")
