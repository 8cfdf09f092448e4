from mymodule import make_loader, make_model, make_other, make_untrained

import repscope as rs

networks = {"a": make_model(), "b": make_other(), "untrained": make_untrained(seed=2)}
for name, network in networks.items():
    rs.record(network, make_loader(), layers="layer*", to="runs/three", name=name)

store = rs.open_store("runs/three")
for measure in ("cka", "mutual_knn"):
    print(measure)
    for other in ("b", "untrained"):
        result = rs.compare(store["a"], store[other], measure=measure)
        for layer in store["a"].layers:
            print(f"  a and {other:9}  {layer}  {result[f'a/{layer}', f'{other}/{layer}'].describe()}")
