"""Writes inversion-terms.json, the reference of TeacherInversionTests: needs torch (1.13 wrote the committed file)."""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
inputs = torch.randn(3, 2, 4, 5).mul(1e4).round() / 1e4
mean, variance = torch.randn(2).mul(1e4).round() / 1e4, torch.rand(2).mul(1e4).round() / 1e4
teacher, student = torch.randn(4, 3).mul(1e4).round() / 1e4, torch.randn(4, 3).mul(1e4).round() / 1e4

diagonal = inputs[:, :, :-1, :-1] - inputs[:, :, 1:, 1:]
other = inputs[:, :, 1:, :-1] - inputs[:, :, :-1, 1:]
variation = sum(part.norm() for part in [inputs.diff(dim=2), inputs[:, :, :, 1:] - inputs[:, :, :, :-1], diagonal, other])

channels = inputs.permute(1, 0, 2, 3).reshape(2, -1)
statistics = (channels.mean(1) - mean).norm() + (channels.var(1, unbiased=False) - variance).norm()

p, q = F.softmax(teacher / 3, 1), F.softmax(student / 3, 1)
middle = (p + q) / 2
divergence = 0.5 * F.kl_div(middle.log(), p, reduction="batchmean") + 0.5 * F.kl_div(middle.log(), q, reduction="batchmean")

with open("inversion-terms.json", "w") as file:
    json.dump({
        "inputs": inputs.flatten().tolist(),
        "mean": mean.tolist(),
        "variance": variance.tolist(),
        "teacher": teacher.flatten().tolist(),
        "student": student.flatten().tolist(),
        "totalVariation": variation.item(),
        "length": inputs.norm().item(),
        "batchStatistics": statistics.item(),
        "competition": 1 - divergence.item(),
    }, file)
    file.write("\n")
