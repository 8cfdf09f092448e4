import torch

import repscope as rs

torch.manual_seed(0)
X, target = torch.randn(200, 10), torch.randn(200, 6)
X.requires_grad_()
before = rs.cka(X, target)
before.backward()
with torch.no_grad():
    after = rs.cka(X + 2_000 * X.grad, target)
print(bool(after > before))
