import numpy as np

from repscope.similarity.model_tests import model_tests
from repscope.similarity.rdm import rdm
from repscope.similarity.weighted_model import weighted_model

rng = np.random.default_rng(0)
shape, colour, size = (rng.standard_normal((20, 5)) for _ in range(3))
brain = np.concatenate([shape, 0.6 * colour], axis=1)  # sees shape best, colour less, size not at all

models = np.stack([rdm(x, dissimilarity="squared euclidean") for x in (shape, colour, size)])
data = np.stack([rdm(brain + rng.standard_normal(brain.shape), dissimilarity="squared euclidean") for _ in range(12)])

names = ["shape", "colour", "size"]
tests = model_tests(models, data, comparison="pearson", names=names)
print(tests.to_frame()[["value", "low", "high", "p_chance_holm", "p_ceiling_holm"]].round(2))
print("noise ceiling {:.2f} to {:.2f}".format(*tests.ceiling))

whole = weighted_model(models, data, names=names)
print("weights", whole.weights.round(2), f"held-out value {whole.value:.2f}")
