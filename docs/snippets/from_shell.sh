repscope record mymodule:make_model --data mymodule:make_loader --layers 'layer*' --to runs/a
repscope record mymodule:make_other --data mymodule:make_loader --layers 'layer*' --to runs/b
repscope compare runs/a runs/b --measure cka --to cmp.json
repscope report cmp.json --to report.html
