from mymodule import make_loader, make_model, make_other

import repscope as rs

run = rs.record(make_model(), make_loader(), layers=["layer*"], to="runs/a")
rs.record(make_other(), make_loader(), layers=["layer*"], to="runs/b")
print(run.layers, run["layer1"].x.shape, run.ids[:2])

result = rs.compare("runs/a", "runs/b", measure="cka")
print(result.to_frame()[["row", "column", "value", "low", "high", "null", "p", "q", "n"]].round(3))
print(result["a/layer1", "b/layer1"].describe())

rs.report([result], "report.html")
