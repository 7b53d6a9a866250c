"""Writes the models in `models`, and beside them `recorded.safetensors`: for each, what PyTorch or NumPy says of some inputs.

Run with PyTorch 1.13 and onnx 1.12: python3 make_onnx.py
"""
import json
import os
import struct

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models")
SAMPLES = 6
recorded = {}


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(8, 16), nn.Linear(16, 3)

    def forward(self, pixels):
        hidden = torch.relu(self.first(pixels))
        return self.last(hidden), hidden


class ConvNet(nn.Module):
    """Convolutions, batch normalisation and a residual connection."""

    def __init__(self):
        super().__init__()
        self.stem, self.norm = nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8)
        self.branch, self.branch_norm = nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.head = nn.Linear(8, 3)

    def forward(self, images):
        stem = torch.relu(self.norm(self.stem(images)))
        block = torch.relu(stem + self.branch_norm(self.branch(stem)))
        return self.head(block.mean((2, 3)))


class Clothes(nn.Module):
    """The inputs and outputs of the teacher in docs/samples/FromPython, and hardly any weights."""

    def __init__(self):
        super().__init__()
        self.stem, self.wide, self.head = nn.Conv2d(1, 4, 7, stride=7), nn.Linear(64, 8), nn.Linear(8, 10)

    def forward(self, images):
        hidden = torch.relu(self.wide(torch.relu(self.stem(images)).flatten(1)))
        return self.head(hidden), hidden


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.cells, self.head = nn.LSTM(4, 12, batch_first=True), nn.Linear(12, 3)

    def forward(self, series):
        states, _ = self.cells(series)
        return self.head(states[:, -1])


class Transformer(nn.Module):
    """An encoder layer with two heads over tokens of which the mask says which count."""

    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(20, 16), nn.Parameter(0.1 * torch.randn(6, 16))
        self.queries, self.keys, self.values, self.joined = (nn.Linear(16, 16) for _ in range(4))
        self.norm, self.wide, self.narrow, self.head = nn.LayerNorm(16), nn.Linear(16, 32), nn.Linear(32, 16), nn.Linear(16, 3)

    def forward(self, tokens, mask):
        seen = self.words(tokens) + self.places
        heads = lambda values: values.view(values.shape[0], 6, 2, 8).transpose(1, 2)
        scores = heads(self.queries(seen)) @ heads(self.keys(seen)).transpose(2, 3) / 8 ** 0.5
        weights = torch.softmax(scores + (1 - mask[:, None, None, :]) * -1e4, -1)
        mixed = (weights @ heads(self.values(seen))).transpose(1, 2).reshape(seen.shape)
        seen = self.norm(seen + self.joined(mixed))
        seen = seen + self.narrow(nn.functional.gelu(self.wide(seen)))
        return self.head(seen[:, 0])


def record(model, inputs, outputs):
    for name, values in [*inputs.items(), *outputs.items()]:
        recorded[f"{model}/{name}"] = np.ascontiguousarray(values)


def export(name, module, inputs, outputs, batch=None, recording=True):
    """With a batch, the model takes that many samples and no others."""
    torch.manual_seed(len(name))
    module = module().eval()
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_(), layer.running_var.uniform_(0.5, 2)
    with torch.no_grad():
        results = module(*inputs.values())
    axes = None if batch else {key: {0: "batch"} for key in [*inputs, *outputs]}
    torch.onnx.export(module, tuple(values[:batch] for values in inputs.values()), os.path.join(FOLDER, f"{name}.onnx"), opset_version=13,
                      input_names=list(inputs), output_names=outputs, dynamic_axes=axes)
    if not recording:
        return
    results = results if isinstance(results, tuple) else (results,)
    record(name, {key: values.numpy() for key, values in inputs.items()}, {key: values.numpy() for key, values in zip(outputs, results)})


def build(name, nodes, inputs, outputs, weights, external=False, opset=13):
    graph = helper.make_graph(nodes, name, inputs, outputs, [numpy_helper.from_array(values, key) for key, values in weights.items()])
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 1)])
    onnx.checker.check_model(model)
    if external:
        onnx.save_model(model, os.path.join(FOLDER, f"{name}.onnx"), save_as_external_data=True, location=f"{name}.bin", size_threshold=0)
    else:
        onnx.save_model(model, os.path.join(FOLDER, f"{name}.onnx"))


def softmax(scores):
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def tensor(name, kind, *shape):
    return helper.make_tensor_value_info(name, kind, shape)


def classifier(name, labels, maps):
    """As scikit-learn's models are written: the label, and then probabilities, as maps or as a tensor."""
    random = np.random.RandomState(len(name))
    weights, bias = random.randn(3, 4).astype(np.float32), random.randn(3).astype(np.float32)
    text = isinstance(labels[0], str)
    attributes = {"classlabels_strings" if text else "classlabels_ints": labels}
    nodes = [helper.make_node("LinearClassifier", ["float_input"], ["output_label", "probabilities"], domain="ai.onnx.ml", coefficients=weights.ravel().tolist(),
                              intercepts=bias.tolist(), multi_class=0, post_transform="SOFTMAX", **attributes)]
    scores = tensor("probabilities", TensorProto.FLOAT, None, 3)
    if maps:
        nodes.append(helper.make_node("ZipMap", ["probabilities"], ["output_probability"], domain="ai.onnx.ml", **{"classlabels_strings" if text else "classlabels_int64s": labels}))
        type = onnx.TypeProto()
        type.sequence_type.elem_type.map_type.key_type = TensorProto.STRING if text else TensorProto.INT64
        type.sequence_type.elem_type.map_type.value_type.tensor_type.elem_type = TensorProto.FLOAT
        scores = helper.make_value_info("output_probability", type)
    build(name, nodes, [tensor("float_input", TensorProto.FLOAT, None, 4)], [tensor("output_label", TensorProto.STRING if text else TensorProto.INT64, None), scores], {})
    inputs = random.randn(SAMPLES, 4).astype(np.float32)
    # The columns are the classes in the order of their labels.
    record(name, {"float_input": inputs}, {"probabilities": softmax(inputs @ weights.T + bias)[:, np.argsort(labels)]})


def linear(name, kind, type, external=False):
    """Eighths, so that no type rounds."""
    random = np.random.RandomState(len(name))
    weights, inputs = (random.randint(-8, 8, shape) / 8 for shape in [(4, 3), (SAMPLES, 4)])
    build(name, [helper.make_node("MatMul", ["values", "weights"], ["scores"])], [tensor("values", kind, "batch", 4)], [tensor("scores", kind, "batch", 3)],
          {"weights": weights.astype(type)}, external)
    record(name, {"values": inputs.astype(type)}, {"scores": (inputs @ weights).astype(type)})


def embedding(name, kind, type):
    """Tokens to the mean of their vectors."""
    random = np.random.RandomState(len(name))
    table, tokens = random.randn(20, 3).astype(np.float32), random.randint(0, 20, (SAMPLES, 5)).astype(type)
    nodes = [helper.make_node("Gather", ["table", "tokens"], ["vectors"]), helper.make_node("ReduceMean", ["vectors"], ["scores"], axes=[1], keepdims=0)]
    build(name, nodes, [tensor("tokens", kind, "batch", 5)], [tensor("scores", TensorProto.FLOAT, "batch", 3)], {"table": table})
    record(name, {"tokens": tokens}, {"scores": table[tokens].mean(1)})


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def heads():
    """Outputs of other shapes and meanings: one probability for each sample, [N, 1] and [N], of several labels, and classes at one place. And exports in training mode."""
    random = np.random.RandomState(7)
    weights, inputs = random.randn(4, 3).astype(np.float32), random.randn(SAMPLES, 4).astype(np.float32)
    scores = inputs @ weights
    values, wide = tensor("values", TensorProto.FLOAT, "batch", 4), {"weights": weights}
    product = helper.make_node("MatMul", ["values", "weights"], ["scores"])
    one = {"weights": weights[:, :1]}

    def write(name, nodes, shape, constants, **more):
        build(name, [product, *nodes], [values], [tensor("outputs", TensorProto.FLOAT, *shape)], constants, **more)

    write("sigmoid", [helper.make_node("Sigmoid", ["scores"], ["outputs"])], ["batch", 1], one)
    write("sigmoid_row", [helper.make_node("Sigmoid", ["scores"], ["column"]), helper.make_node("Squeeze", ["column", "axis"], ["outputs"])], ["batch"], {**one, "axis": np.array([1])})
    write("sigmoid_labels", [helper.make_node("Sigmoid", ["scores"], ["p"]), helper.make_node("Identity", ["p"], ["outputs"])], ["batch", 3], wide)
    write("logit_row", [helper.make_node("Squeeze", ["scores", "axis"], ["outputs"])], ["batch"], {**one, "axis": np.array([1])})
    write("one_place", [helper.make_node("Unsqueeze", ["scores", "axes"], ["outputs"])], ["batch", 3, 1, 1], {**wide, "axes": np.array([2, 3])})
    maps = ["batch", 3, "height", "width"]
    build("open_places", [helper.make_node("Identity", ["values"], ["outputs"])], [tensor("values", TensorProto.FLOAT, *maps)], [tensor("outputs", TensorProto.FLOAT, *maps)], {})
    record("heads", {"values": inputs}, {"scores": scores, "sigmoid": sigmoid(scores)})

    drop = {"ratio": np.float32(0.5), "training": np.array(True)}
    write("dropout_training", [helper.make_node("Dropout", ["scores", "ratio", "training"], ["outputs"], name="drop")], ["batch", 3], {**wide, **drop})
    flag = helper.make_node("Constant", [], ["training"], value=helper.make_tensor("t", TensorProto.BOOL, [], [True]))
    write("dropout_constant", [flag, helper.make_node("Dropout", ["scores", "ratio", "training"], ["outputs"], name="drop")], ["batch", 3], {**wide, "ratio": np.float32(0.5)})
    write("dropout_evaluation", [helper.make_node("Dropout", ["scores", "ratio", "training"], ["outputs"], name="drop")], ["batch", 3], {**wide, "ratio": np.float32(0.5), "training": np.array(False)})
    norm = {name: np.ones(3, np.float32) for name in ("scale", "shift", "mean", "variance")}
    write("norm_training", [helper.make_node("BatchNormalization", ["scores", "scale", "shift", "mean", "variance"], ["outputs", "m", "v"], name="norm", training_mode=1)], ["batch", 3], {**wide, **norm}, opset=14)
    node = helper.make_node("LinearClassifier", ["values"], ["label", "outputs"], domain="ai.onnx.ml", coefficients=weights.T.ravel().tolist(), intercepts=[0.0, 0.0, 0.0], multi_class=0,
                            post_transform="LOGISTIC", classlabels_ints=[0, 1, 2])
    build("logistic", [node], [values], [tensor("label", TensorProto.INT64, "batch"), tensor("outputs", TensorProto.FLOAT, "batch", 3)], {})


def words(name):
    """Takes text, which a batch does not have."""
    node = helper.make_node("LabelEncoder", ["words"], ["numbers"], domain="ai.onnx.ml", classes_strings=["no", "yes"])
    build(name, [node], [tensor("words", TensorProto.STRING, None, 1)], [tensor("numbers", TensorProto.INT64, None, 1)], {})


def write_recorded():
    names = {"float32": "F32", "float64": "F64", "float16": "F16", "int64": "I64", "int32": "I32"}
    header, data = {}, b""
    for name, values in sorted(recorded.items()):
        header[name] = {"dtype": names[values.dtype.name], "shape": values.shape, "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(FOLDER, "recorded.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    for old in os.listdir(FOLDER):
        os.remove(os.path.join(FOLDER, old))
    torch.manual_seed(0)
    pixels = torch.randn(SAMPLES, 8)
    export("mlp", Mlp, {"pixels": pixels}, ["logits", "hidden"])
    export("mlp_of_four", Mlp, {"pixels": pixels}, ["logits", "hidden"], batch=4)
    export("convnet", ConvNet, {"images": torch.randn(SAMPLES, 1, 8, 8)}, ["logits"])
    export("lstm", Lstm, {"series": torch.randn(SAMPLES, 5, 4)}, ["logits"])
    export("transformer", Transformer, {"tokens": torch.randint(0, 20, (SAMPLES, 6)), "mask": (torch.rand(SAMPLES, 6) > 0.3).float()}, ["logits"])
    export("clothes", Clothes, {"images": torch.randn(SAMPLES, 1, 28, 28)}, ["logits", "hidden"], recording=False)
    classifier("maps", [0, 1, 2], maps=True)
    classifier("maps_of_names", ["dog", "bird", "cat"], maps=True)
    classifier("probabilities", [0, 1, 2], maps=False)
    linear("half", TensorProto.FLOAT16, np.float16)
    linear("double", TensorProto.DOUBLE, np.float64)
    linear("weights_apart", TensorProto.FLOAT, np.float32, external=True)
    embedding("tokens", TensorProto.INT64, np.int64)
    embedding("short_tokens", TensorProto.INT32, np.int32)
    words("words")
    heads()
    write_recorded()
