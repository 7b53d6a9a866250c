"""Makes mlp.pt, a TorchScript module that PyTorch saved, and mlp.json, what it says of one input. Needs torch (made with 1.13.1)."""
import json
import pathlib

import torch

torch.manual_seed(0)
network = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(5, 3))
here = pathlib.Path(__file__).parent
torch.jit.script(network).save(str(here / "mlp.pt"))
network.eval()
x = torch.linspace(-1, 1, 12).reshape(2, 6)
(here / "mlp.json").write_text(json.dumps({"input": x.flatten().tolist(), "logits": network(x).flatten().tolist()}) + "\n")
