"""Writes the files of PyTorch that the tests of TorchWeightsFile read, beside itself. Made with PyTorch 1.13 (python3-torch of Debian 12)."""

import collections
import os

import torch
from torch import nn

FOLDER = os.path.dirname(os.path.abspath(__file__))


def save(value, name, **options):
    torch.save(value, os.path.join(FOLDER, name), **options)


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        x = torch.relu(self.bn1(self.stem(x)))
        x = torch.relu(x + self.bn2(self.conv(x)))
        return self.fc(x.mean([2, 3]))


def networks():
    torch.manual_seed(1)
    mlp = nn.Sequential(collections.OrderedDict([("in", nn.Linear(6, 5)), ("act", nn.ReLU()), ("out", nn.Linear(5, 3))]))
    cnn = Cnn()
    for _ in range(3):  # moves the running means and variances
        cnn(torch.randn(8, 1, 8, 8))
    lstm = nn.LSTM(4, 6, num_layers=2)
    transformer = nn.TransformerEncoderLayer(8, 2, dim_feedforward=16)
    return {
        "mlp": (mlp, torch.randn(4, 6)),
        "cnn": (cnn, torch.randn(4, 1, 8, 8)),
        "lstm": (lstm, torch.randn(5, 3, 4)),
        "transformer": (transformer, torch.randn(5, 3, 8)),
    }


def save_networks():
    recorded = {}
    for name, (network, inputs) in networks().items():
        network.eval()
        output = network(inputs)
        recorded[name] = {"input": inputs, "output": (output[0] if name == "lstm" else output).detach()}
        save(network.state_dict(), f"{name}.pth")
        save(network.state_dict(), f"{name}.legacy.pth", _use_new_zipfile_serialization=False)
        if name == "mlp":
            save({"model": network.state_dict(), "epoch": 3}, "checkpoint.pth")
        if name == "cnn":
            torch.jit.script(network).save(os.path.join(FOLDER, "cnn.pt"))
            save(network, "module.pth")  # with its code: to be refused
    save(recorded, "recorded.pth")


def mixed():
    base = torch.arange(24.0)
    table = base.view(4, 6)
    numbers = torch.tensor([0, 1, 100])
    types = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "complex64"]
    return {
        "shared": {"whole": table, "column": table[:, 1], "turned": table.t(), "tail": base[20:], "steps": base[1::7]},
        "types": {name: numbers.to(getattr(torch, name)) for name in types},
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "spread": torch.tensor([7.0]).expand(3, 4),
        "parameter": nn.Parameter(torch.tensor([3.0, 4.0])),
        "list": [torch.tensor([1]), (torch.tensor([2]), "text")],
        "state": {0: {"step": torch.tensor(9)}},
        "again": table,
        "epoch": 12,
        "large": 2**63 + 5,
        "negative": -70000,
        "middle": 70000,
        "loss": 0.25,
        "done": True,
        "nothing": None,
        "size": torch.Size([2, 3]),
        "device": torch.device("cpu"),
        "dtype": torch.float16,
        "ordered": collections.OrderedDict([("é", torch.tensor([5]))]),
    }


save_networks()
save(mixed(), "mixed.pth")
save(mixed(), "mixed.legacy.pth", _use_new_zipfile_serialization=False)
save(mixed(), "mixed.protocol4.pth", pickle_protocol=4)
save(torch.tensor([1.0, 2.0]), "tensor.pth")
