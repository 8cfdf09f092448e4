import tempfile

import repscope as rs
from repscope.similarity.match_units import match_units
from repscope.studies.digits import record_digit_networks

networks, _ = record_digit_networks(tempfile.mkdtemp())
ours = networks["cnn-a"]["fc"]
print(f"{'fc of cnn-a and …':22}  cnn-b  untrained  by chance")
for name in ("one_to_one_matching", "semi_matching", "one_to_many_matching", "many_to_many_matching"):
    same = rs.score(name, ours, networks["cnn-b"]["fc"], interval=None, permutations=50)
    other = rs.score(name, ours, networks["untrained"]["fc"], interval=None, null=None)
    print(f"{name:22}  {same.value:5.2f}  {other.value:9.2f}  {same.null.mean:9.2f}")

found = match_units(ours, networks["cnn-b"]["fc"])
print("\nthe best five pairs of cnn-a and cnn-b")
print(found.to_frame()[["correlation", "p", "q"]].head(5).round(3).to_string(index=False))
