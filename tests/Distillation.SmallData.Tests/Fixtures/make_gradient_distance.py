"""Writes gradient-distance.json, the reference of GradientMatchingTests: needs torch (1.13 wrote the committed file).

The distance is written out from the formula of Zhao, Mopuri and Bilen (2021): over all weights of more than one dimension, the sum of 1 - cos over the outputs.
"""
import json

import torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def distance(left, right):
    total = torch.zeros(())
    for a, b in zip(left, right):
        if a.dim() > 1:
            a, b = a.flatten(1), b.flatten(1)
            total = total + (1 - (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1) + 1e-6)).sum()
    return total


network = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3, padding=1), torch.nn.Sigmoid(), torch.nn.Flatten(), torch.nn.Linear(48, 2))
for parameter in network.parameters():
    parameter.data = (torch.randn_like(parameter) * 0.3).mul(1e4).round() / 1e4
real = torch.randn(5, 2, 4, 4).mul(1e4).round() / 1e4
synthetic = (torch.randn(2, 2, 4, 4).mul(1e4).round() / 1e4).requires_grad_()
weights = list(network.parameters())


def gradients(inputs, create_graph=False):
    loss = torch.nn.functional.cross_entropy(network(inputs), torch.ones(len(inputs), dtype=torch.int64))
    return torch.autograd.grad(loss, weights, create_graph=create_graph)


value = distance(gradients(synthetic, create_graph=True), gradients(real))
(slope,) = torch.autograd.grad(value, synthetic)
with open("gradient-distance.json", "w") as file:
    json.dump({
        "weights": [weight.detach().flatten().tolist() for weight in weights],
        "real": real.flatten().tolist(),
        "synthetic": synthetic.detach().flatten().tolist(),
        "distance": value.item(),
        "slope": slope.flatten().tolist(),
    }, file)
    file.write("\n")
