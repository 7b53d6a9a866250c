"""Trains a teacher on images of clothing, and writes it as teacher.onnx and its weights as teacher.pth.

    python3 teacher.py DIRECTORY [DATA]

DIRECTORY gets the files; DATA has the four files of Fashion-MNIST (*-ubyte.gz), those of the QuickStart if not given.
Needs PyTorch, and from 2.0 on the package onnx.
"""
import gzip
import inspect
import struct
import sys
from pathlib import Path

import torch
from torch import nn

MEAN, DEVIATION = 0.286, 0.353  # of the pixels of Fashion-MNIST; Clothes.cs has them too
EPOCHS, BATCH = 40, 50


class Teacher(nn.Module):
    """Says its logits, and the layer before them as a second output: that is all it takes for the layer to be in the ONNX file."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(24, 48, 3, padding=1), nn.BatchNorm2d(48), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Dropout(0.5), nn.Linear(48 * 7 * 7, 128), nn.ReLU())
        self.head = nn.Linear(128, 10)

    def forward(self, images):
        hidden = self.body(images)
        return self.head(hidden), hidden


def read_idx(path):
    """An IDX file: a magic number that ends with the number of sizes, the sizes, the bytes."""
    data = gzip.decompress(path.read_bytes())
    sizes = struct.unpack(f">{data[3]}I", data[4:4 + 4 * data[3]])
    return torch.frombuffer(bytearray(data[4 + 4 * data[3]:]), dtype=torch.uint8).view(sizes)


def load(folder, part):
    images = read_idx(folder / f"{part}-images-idx3-ubyte.gz").unsqueeze(1).float() / 255
    return (images - MEAN) / DEVIATION, read_idx(folder / f"{part}-labels-idx1-ubyte.gz").long()


def varied(images):
    """Mirrors each image or not, and moves the batch by up to two pixels."""
    images = torch.where(torch.rand(len(images), 1, 1, 1) < 0.5, images.flip(3), images)
    across, down = torch.randint(-2, 3, (2,)).tolist()
    return images.roll((down, across), (2, 3))


def train(model, images, labels):
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    model.train()
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(images)).split(BATCH):
            logits, _ = model(varied(images[batch]))
            loss = nn.functional.cross_entropy(logits, labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()


def accuracy(model, images, labels):
    with torch.no_grad():
        return sum((model(images[some])[0].argmax(1) == labels[some]).sum().item() for some in torch.arange(len(images)).split(500)) / len(images)


def export(model, images, path):
    # From 2.9 on PyTorch takes another exporter unless told otherwise, which needs onnxscript too.
    exporter = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    names = ["images", "logits", "hidden"]
    torch.onnx.export(model, (images[:2],), str(path), input_names=names[:1], output_names=names[1:],
                      dynamic_axes={name: {0: "batch"} for name in names}, opset_version=13, **exporter)


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    directory = Path(sys.argv[1])
    data = Path(sys.argv[2]) if len(sys.argv) == 3 else Path(__file__).resolve().parent.parent / "QuickStart" / "Data"
    torch.manual_seed(1)
    torch.set_num_threads(1)
    try:
        (images, labels), test = load(data, "train"), load(data, "t10k")
    except FileNotFoundError as error:
        sys.exit(f"There is no file '{error.filename}'. DATA must have the four files of Fashion-MNIST, packed with gzip.")

    model = Teacher()
    train(model, images, labels)
    model.eval()
    print(f"teacher: {len(images)} training images, {100 * accuracy(model, *test):.1f} % of {len(test[0])} test images right")

    directory.mkdir(parents=True, exist_ok=True)
    export(model, images, directory / "teacher.onnx")
    torch.save(model.state_dict(), directory / "teacher.pth")
    for name in ["teacher.onnx", "teacher.pth"]:
        print(f"{directory / name}: {(directory / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
