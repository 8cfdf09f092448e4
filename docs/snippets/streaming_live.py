import torch

import repscope as rs


def network(seed):
    torch.manual_seed(seed)
    hidden = [torch.nn.Sequential(torch.nn.Linear(32, 32), torch.nn.Tanh()) for _ in range(4)]
    return torch.nn.Sequential(*hidden)


items = torch.randn(2000, 32, generator=torch.Generator().manual_seed(0))
loader = torch.utils.data.DataLoader(items, batch_size=100, shuffle=True)
found = rs.compare_models(network(1), network(2), loader, layers="?.1")
for layer in ("0.1", "3.1"):
    result = found[f"a/{layer}", f"b/{layer}"]
    print(f"layer {layer}: CKA {result.value:.2f}, 95 % interval {result.interval[0]:.2f} to {result.interval[1]:.2f}")
