"""Writes the files of PyTorch that the tests of TorchWeightsFile read, beside itself. Made with PyTorch 1.13 (python3-torch of Debian 12)."""

import argparse
import collections
import copy
import datetime
import enum
import functools
import io
import os
import pathlib
import pickle
import struct

import numpy as np
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


class Color(enum.Enum):
    RED = 1


Point = collections.namedtuple("Point", "x y")


def beside():
    """Weights, and beside them what training loops put into their checkpoints."""
    layer = nn.Linear(3, 2)
    layer.weight.data = torch.arange(6.0).view(2, 3)
    default = collections.defaultdict(dict)
    default["ema"]["weight"] = torch.tensor([3.0])
    tagged, tagged_parameter = torch.tensor([1.0, 2.0]), nn.Parameter(torch.tensor([1.0]))
    tagged.tag = tagged_parameter.tag = "a"
    optimizer = torch.optim.SGD(layer.parameters(), 0.1)
    others = {
        "milestones": torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4]).state_dict(), "optimizer": optimizer, "module": copy.deepcopy(layer), "lambda": functools.partial(print, "a"),
        "scalar": np.float64(0.9), "array": np.arange(4.0), "objects": np.array([1, "a", None], dtype=object), "generator": np.random.RandomState(1).get_state()[0], "dtype": np.dtype("f4"),
        "namespace": argparse.Namespace(rate=0.1), "set": {1, 2}, "frozen": frozenset([1]), "bytes": b"ab\x80", "array of bytes": bytearray(b"ab\x80"), "text": "ü\udc80", "complex": 1 + 2j, "default": default,
        "date": datetime.datetime(2024, 1, 1), "path": pathlib.PurePosixPath("/x/y"), "point": Point(1, 2), "point of tensors": Point(torch.tensor([1.0]), 2), "color": Color.RED, "class": Color, "range": range(4),
        "deque": collections.deque([1, 2], maxlen=3), "large": 2 ** 3000, "size": torch.Size([1, 2]), "device": torch.device("cuda:0"), "half": torch.float16,
        "sparse": torch.eye(2).to_sparse(), "tagged": tagged, "tagged parameter": tagged_parameter, "quantized": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
        "keys": {None: torch.tensor([2.0]), 0.5: torch.tensor([3.0]), ("a", 1): torch.tensor([4.0]), True: torch.tensor([5.0]), Color.RED: 1, b"k": 2, frozenset([1]): 3},
    }
    itself = []
    itself.append(itself)
    return {"weights": layer.state_dict(), "beside": {**others, "itself": itself}, "last": torch.tensor([9.0])}


def python2():
    """A file as PyTorch 0.3 and Python 2 wrote it: whole numbers as text, an ordered dictionary made of a list of pairs, a storage that is a part of another."""
    class Storage:
        def __init__(self, part):
            self.part = part

    class Tensor:
        def __init__(self, part, offset, shape, strides):
            self.arguments = (Storage(part), offset, shape, strides)

        def __reduce__(self):
            return torch._utils._rebuild_tensor, self.arguments

    class Ordered:
        def __init__(self, items):
            self.items = items

        def __reduce__(self):
            return collections.OrderedDict, (self.items,)

    class Pickler(pickle._Pickler):
        dispatch = dict(pickle._Pickler.dispatch)

        def persistent_id(self, value):
            return ("storage", torch.FloatStorage, "140360667807472", "cpu", 6, value.part) if isinstance(value, Storage) else None

        def save_long(self, value):
            self.write(b"I%d\n" % value) if value > 2 ** 31 else pickle._Pickler.save_long(self, value)

        dispatch[int] = save_long

    stream = io.BytesIO()
    for value in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True}):
        pickle.dump(value, stream, 2)
    weights = Ordered([["weight", Tensor(None, 0, (2, 3), (3, 1))], ["part", Tensor(("140360667807999", 2, 4), 0, (3,), (1,))]])
    Pickler(stream, 2).dump({"state_dict": weights, "optimizer": {"params": [140360667807472], "lr": 0.1}})
    pickle.dump(["140360667807472"], stream, 2)
    stream.write(struct.pack("<q6f", 6, *range(6)))
    with open(os.path.join(FOLDER, "python2.pth"), "wb") as file:
        file.write(stream.getvalue())


save_networks()
save(mixed(), "mixed.pth")
save(mixed(), "mixed.legacy.pth", _use_new_zipfile_serialization=False)
save(mixed(), "mixed.protocol4.pth", pickle_protocol=4)
save(torch.tensor([1.0, 2.0]), "tensor.pth")
save(beside(), "beside.pth")
save(beside(), "beside.legacy.pth", _use_new_zipfile_serialization=False)
save(beside(), "beside.protocol1.pth", pickle_protocol=1)
save(beside(), "beside.protocol1.legacy.pth", pickle_protocol=1, _use_new_zipfile_serialization=False)
save(beside(), "beside.protocol5.pth", pickle_protocol=5)
python2()
