from pathlib import Path

import numpy as np

rng = np.random.default_rng(0)
np.save("embeddings.npy", rng.standard_normal((600, 32)).astype("float32"))
Path("ids.txt").write_text("\n".join(f"item-{i}" for i in range(600)))
