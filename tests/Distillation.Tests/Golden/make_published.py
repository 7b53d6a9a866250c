"""Makes published.json: values and gradients of losses as their authors' code computes them, in float64.

    python3 make_published.py FOLDER

FOLDER has a clone of each repository of SOURCES under its name; the definitions are read from the commit named there. Needs PyTorch (made with 1.13).
"""
import ast
import json
import math
import pathlib
import subprocess
import sys
import types
import typing

import torch
import torch.nn as nn
import torch.nn.functional as F

SOURCES = {
    "TTM": ("zkxufo", "fe457b33a71ba27536ec04fe3d32c5b04963522f"),
    "RLD": ("zju-SWJ", "d54578fd77cd669d6209be4d05ae773bca4109b5"),
    "abkd": ("ghwang-s", "df813185e69d21d1e99510272cd94e49be7250c0"),
    "TAID": ("SakanaAI", "a0628922c16169d1fca10ddf61849e0693289cf8"),
    "FGD": ("yzd-v", "c03a6cf3b3cb3cbfd5554dbf4766e7135747d22d"),
    "MGD": ("yzd-v", "2c9da0b28625eb948db57afc02c824452c3910fe"),
    "OFAKD": ("Hao840", "f7bb896cac9879040800bde08a8cc2057a904c52"),
    "CIRKD": ("winycg", "dab64dbb5e4172141166cf8434a80ce55d9d3aa7"),
    "WKD": ("JiamingLv", "214cf8868c2b8e45781f238b8f0e47c2e4e38190"),
    "SDD-CVPR2024": ("shicaiwei123", "e412036c6b7b67d8ed25418d2dedad223ab49a71"),
    "Model-Optimizer": ("NVIDIA", "a2fbac7bad8ab446d3f8783dadb0c3366eb0ad73"),
    "Weighted-Soft-Label-Distillation": ("bellymonster", "67820dd7c3c733d5331b78b1e66ef8a990391d5e"),
    "PKD-for-BERT-Model-Compression": ("intersun", "9e9e860997ad4815f6ac655d1beb26a85ddd70bb"),
    "cs-kd": ("alinlab", "b447f250405932501cb28db0dc09eadeab526b80"),
    "CA-MKD": ("Rorozhl", "c2f39a9f13c1998e9971815760364587222581ce"),
    "torchdistill": ("yoshitomo-matsubara", "3e4373c45214c5c56eebac481d5bfe8b8735aa05"),
}
FOLDER = pathlib.Path(sys.argv[1])
cases = []
torch.set_default_dtype(torch.float64)
torch.Tensor.cuda = lambda self, *_: self
nn.Module.cuda = lambda self, *_: self


def load(repository, path, *names, replace=()):
    """The named definitions of a file, without decorators. Each text of `replace` must be there: what binds the code to a GPU or to float32."""
    commit = SOURCES[repository][1]
    text = subprocess.run(["git", "-C", FOLDER / repository, "show", f"{commit}:{path}"], check=True, capture_output=True, text=True).stdout
    for old, new in replace:
        assert old in text, f"{path} has no '{old}'"
        text = text.replace(old, new)
    tree = ast.parse(text)
    tree.body = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    for node in tree.body:
        node.decorator_list = []
    annotations = dict(LightningModule=object, DistilLoss=nn.Module, Distiller=nn.Module, Loss=nn.Module, BaseDistiller=nn.Module)
    scope = dict(torch=torch, nn=nn, F=F, math=math, Optional=typing.Optional, **annotations)
    tree.body = [node for node in tree.body if node.name in names or not names]
    exec(compile(ast.fix_missing_locations(tree), path, "exec"), scope)
    return types.SimpleNamespace(**{name: scope[name] for name in names}, scope=scope)


def tensor(value):
    value = value.detach()
    return {"shape": list(value.shape), "data": value.reshape(-1).tolist(), "dtype": "float64" if value.is_floating_point() else "int64"}


def case(name, source, inputs, compute, parameters=None, weights=None):
    """Computes a case; inputs whose names begin with "student" get a gradient."""
    leaves = {key: value.clone().requires_grad_(key.startswith("student")) for key, value in inputs.items()}
    loss = compute(**leaves)
    loss.backward()
    parameters = dict(parameters or {})
    if weights:
        parameters["weights"] = {key: tensor(value) for key, value in weights.items()}
    cases.append({
        "name": name,
        "source": source,
        "parameters": parameters,
        "inputs": {key: tensor(value) for key, value in inputs.items()},
        "loss": loss.item(),
        "gradients": {key: tensor(value.grad) for key, value in leaves.items() if value.requires_grad},
    })


def logits(seed, rows=6, classes=5, labels=True, scale=2.0):
    generator = torch.Generator().manual_seed(seed)
    made = {"student_logits": torch.randn(rows, classes, generator=generator) * scale, "teacher_logits": torch.randn(rows, classes, generator=generator) * scale}
    if labels:
        made["labels"] = torch.randint(0, classes, (rows,), generator=generator)
    return made


def transformed():
    for name, path in (("TTM", "distiller_zoo/ttm.py"), ("WTTM", "distiller_zoo/wttm.py")):
        kind = getattr(load("TTM", path, name), name)
        for exponent in (0.2, 1.7):
            case(name.lower(), f"TTM, {path}", logits(1, labels=False), lambda student_logits, teacher_logits: kind(exponent)(student_logits, teacher_logits),
                 {"exponent": exponent})


def refined():
    code = load("RLD", "mdistiller/distillers/RLD.py", "rld_loss", "_get_ge_mask", "_get_gt_mask", "_get_other_mask", "cat_mask")
    for alpha, beta, temperature, confidence in ((1.0, 8.0, 4.0, 1.0), (0.5, 2.0, 1.5, 3.0)):
        case("rld", "RLD, mdistiller/distillers/RLD.py", logits(2, rows=9),
             lambda student_logits, teacher_logits, labels:
                 code.rld_loss(student_logits, teacher_logits, labels, alpha, beta, temperature, False, confidence),
             dict(alpha=alpha, beta=beta, temperature=temperature, confidence_temperature=confidence))


def corrected():
    code = load("RLD", "mdistiller/distillers/SWAP.py", "swap", "kd_loss")
    code.scope["copy"] = __import__("copy")
    case("probability-shift", "RLD, mdistiller/distillers/SWAP.py", logits(3, rows=9),
         lambda student_logits, teacher_logits, labels: code.kd_loss(student_logits, code.swap(teacher_logits, labels), 3.0, False), {"temperature": 3.0})
    # The constant that keeps its quotients finite is left out, so that the numbers are those of the formula.
    kind = load("Model-Optimizer", "modelopt/torch/distill/losses.py", "MFTLoss", replace=[("1e-7", "0.0")]).MFTLoss
    for temperature, threshold in ((1.0, 0.2), (2.0, 0.4)):
        case("minifinetuning", "Model-Optimizer, modelopt/torch/distill/losses.py", logits(4, rows=9),
             lambda student_logits, teacher_logits, labels: kind(temperature, threshold)(student_logits, teacher_logits, labels),
             dict(temperature=temperature, threshold=threshold))


def divergences():
    path = "distillation_llm/distillm/losses.py"
    code = load("abkd", path, "ab_div", "get_ratio", "get_kl", "AKL", replace=[("torch.float32", "torch.float64"), (".float()", ".double()")])
    batch = {"label": torch.zeros(6, 1)}
    for alpha, beta in ((0.2, 0.7), (0.8, 0.3), (1.0, 0.0), (0.0, 1.0), (1.5, 1.0)):
        case("alpha-beta", f"ABKD, {path}", logits(5, labels=False),
             lambda student_logits, teacher_logits: code.ab_div(student_logits.unsqueeze(1), teacher_logits.unsqueeze(1), batch, alpha, beta),
             dict(alpha=alpha, beta=beta))
    case("adaptive-kl", f"AKL as in ABKD, {path}", logits(6, labels=False),
         lambda student_logits, teacher_logits: code.AKL(teacher_logits.unsqueeze(1), student_logits.unsqueeze(1), batch))


def interpolated():
    double = [("torch.float32", "torch.float64")]
    forward = load("TAID", "src/distil_losses/fkl.py", "forward_kl", replace=double).forward_kl
    code = load("TAID", "src/distil_losses/taid.py", "TAID", replace=double + [('device="cuda"', 'device="cpu"')])
    code.scope["forward_kl"] = forward
    start, end, alpha, beta, steps = 0.3, 0.9, 0.25, 0.5, 5
    loss = code.TAID(t_start=start, t_end=end, alpha=alpha, beta=beta)
    values, shares = [], []
    inputs = logits(7, labels=False)
    for step in range(steps):
        trainer = types.SimpleNamespace(trainer=types.SimpleNamespace(global_step=step, estimated_stepping_batches=20))
        # The student moves, so that the relative change has both signs.
        moved = inputs["student_logits"] * (1 + 0.3 * (-1) ** step * step)
        values.append(loss(trainer, moved, inputs["teacher_logits"], torch.ones(6))["distil_loss"].item())
        shares.append(loss.t.item())
    fresh = code.TAID(t_start=start)
    case("interpolated", "TAID, src/distil_losses/taid.py", inputs,
         lambda student_logits, teacher_logits: fresh.compute_loss(student_logits, teacher_logits, torch.ones(6)),
         dict(start=start, end=end, step_size=alpha, momentum=beta, total_steps=20, values=values, shares=shares))


def weighted():
    # The count of classes is that of ImageNet in the authors' code.
    code = load("Weighted-Soft-Label-Distillation", "knowledge_distiller.py", "WSLDistiller", replace=[("num_classes=1000", "num_classes=fc_s.size(1)")])
    code.scope["config"] = types.SimpleNamespace(optim=types.SimpleNamespace(label_smooth=False))
    case("weighted-soft-labels", "WSLD, knowledge_distiller.py", logits(8),
         lambda student_logits, teacher_logits, labels: code.WSLDistiller(lambda _: teacher_logits, lambda _: student_logits)(None, labels)[1],
         dict(temperature=2.0, weight=2.5))


def enhanced():
    code = load("OFAKD", "distillers/ofa.py", "ofa_loss")
    for exponent, temperature in ((1.5, 1.0), (1.0, 2.0), (1.3, 3.0)):
        case("enhanced-target", "OFAKD, distillers/ofa.py", logits(9),
             lambda student_logits, teacher_logits, labels:
                 code.ofa_loss(student_logits, teacher_logits, F.one_hot(labels, 5), exponent, temperature),
             dict(exponent=exponent, temperature=temperature))


def maps(seed, student=(3, 4, 4, 4), teacher=(3, 4, 4, 4)):
    generator = torch.Generator().manual_seed(seed)
    return {"student": torch.randn(*student, generator=generator), "teacher": torch.randn(*teacher, generator=generator)}


def generated():
    kind = load("MGD", "seg/mmseg/distillation/losses/mgd.py", "FeatureLoss").FeatureLoss
    torch.manual_seed(10)
    # Nothing is masked: what is drawn cannot be compared.
    loss = kind(4, 4, "layer", alpha_mgd=1.0, lambda_mgd=0.0)
    case("masked-generation", "MGD, seg/mmseg/distillation/losses/mgd.py", maps(10), lambda student, teacher: loss(student, teacher),
         weights={name: value for name, value in loss.named_parameters()})


def patient():
    code = load("PKD-for-BERT-Model-Compression", "src/KD_loss.py", "patience_loss", replace=[(".half()", ""), (".float()", "")])
    case("patient", "PKD, src/KD_loss.py", maps(11, (4, 3, 6), (4, 3, 6)), lambda student, teacher: code.patience_loss(teacher, student, True))


def gaussian():
    code = load("WKD", "mdistiller/distillers/WKD.py", "wkd_feature_loss", "adaptive_avg_std_pool2d")
    code.scope["np"] = __import__("numpy")
    for grid, ratio in ((1, 4.0), (2, 3.0)):
        def compute(student, teacher):
            mean, deviation = code.wkd_feature_loss(student, teacher, grid=grid)
            return ratio * mean + deviation
        case("wasserstein-features", "WKD, mdistiller/distillers/WKD.py", maps(12, (3, 4, 5, 4), (3, 4, 5, 4)), compute, dict(grid=grid, mean_weight=ratio))


def segmented():
    kind = load("CIRKD", "losses/ifvd.py", "CriterionIFV").CriterionIFV
    inputs = maps(13, (2, 3, 4, 4), (2, 5, 4, 4))
    inputs["labels"] = torch.randint(0, 3, (2, 8, 8), generator=torch.Generator().manual_seed(14))
    case("intra-class-variation", "CIRKD, losses/ifvd.py", inputs, lambda student, teacher, labels: kind(3)(student, teacher, labels))
    pairs = load("CIRKD", "losses/skd.py", "CriterionStructuralKD").CriterionStructuralKD()
    case("pairwise-similarity", "CIRKD, losses/skd.py", maps(15, (2, 3, 5, 4), (2, 6, 5, 4)), lambda student, teacher: pairs(student, teacher))
    images = load("CIRKD", "losses/cirkd_mini_batch.py", "CriterionMiniBatchCrossImagePair").CriterionMiniBatchCrossImagePair
    case("cross-image", "CIRKD, losses/cirkd_mini_batch.py", maps(16, (3, 4, 3, 2), (3, 6, 3, 2)), lambda student, teacher: images(0.3)(student, teacher),
         {"temperature": 0.3})


def moved():
    code = load("WKD", "mdistiller/distillers/WKD.py", "sinkhorn", "wkd_logit_loss", "wkd_logit_loss_with_speration",
                replace=[("torch.float32", "torch.float64")])
    generator = torch.Generator().manual_seed(17)
    costs = torch.rand(5, 5, generator=generator)
    costs = (costs + costs.t()) / 2 * (1 - torch.eye(5))
    case("wasserstein-logits", "WKD, mdistiller/distillers/WKD.py", logits(18),
         lambda student_logits, teacher_logits, labels:
             code.wkd_logit_loss_with_speration(student_logits, teacher_logits, labels, 3.0, 20.0, costs, 0.3, 7),
         dict(temperature=3.0, gamma=20.0, regularization=0.3, iterations=7, costs=tensor(costs)))


def scaled():
    code = load("SDD-CVPR2024", "mdistiller/distillers/SDD_DKD.py", "dkd_loss", "multi_dkd", "_get_gt_mask", "_get_other_mask", "cat_mask")
    inputs = maps(19, (6, 5, 4, 4), (6, 5, 4, 4))
    inputs["labels"] = torch.randint(0, 5, (6,), generator=torch.Generator().manual_seed(20))

    def cells(maps):
        return torch.cat([F.adaptive_avg_pool2d(maps, scale).flatten(2) for scale in (1, 2, 4)], 2)
    case("scale-decoupled", "SDD, mdistiller/distillers/SDD_DKD.py", inputs,
         lambda student, teacher, labels: code.multi_dkd(cells(student), cells(teacher), labels, 1.0, 8.0, 4.0), dict(alpha=1.0, beta=8.0, temperature=4.0))


def detected():
    code = load("FGD", "mmdet/distillation/losses/fgd.py", "FeatureLoss")
    code.scope.update(kaiming_init=lambda *_, **__: None, constant_init=lambda *_, **__: None)
    torch.manual_seed(21)
    loss = code.FeatureLoss(4, 4, "layer", alpha_fgd=0.3, beta_fgd=0.7, gamma_fgd=0.2, lambda_fgd=0.1)
    for parameter in loss.parameters():
        nn.init.normal_(parameter)
    # The image is 20 wide and 10 high; the last box goes to the edge.
    boxes = [torch.tensor([[2.0, 1.0, 9.0, 6.0], [4.0, 3.0, 20.0, 10.0]]), torch.tensor([[11.0, 2.5, 14.5, 4.0]])]
    relative = torch.zeros(2, 2, 4)
    for n, one in enumerate(boxes):
        relative[n, :len(one)] = one / torch.tensor([20.0, 10.0, 20.0, 10.0])
    names = {"conv_mask_": "mask", "channel_add_conv_": "transform"}
    weights = {}
    for name, value in loss.named_parameters():
        for theirs, ours in names.items():
            if name.startswith(theirs):
                model = {"s": "student", "t": "teacher"}[name[len(theirs)]]
                weights[f"{model}.{ours}{name[len(theirs) + 1:]}"] = value
    case("focal-global", "FGD, mmdet/distillation/losses/fgd.py", maps(22, (2, 4, 5, 6), (2, 4, 5, 6)),
         lambda student, teacher: loss(student, teacher, boxes, [{"img_shape": (10, 20, 3)}] * 2),
         dict(alpha=0.3, beta=0.7, gamma=0.2, context=0.1, boxes=tensor(relative)), weights)


def consistent():
    kind = load("cs-kd", "train.py", "KDLoss").KDLoss
    # The partner of each row is the next one of its class; what a sampler draws there.
    labels, partners = torch.tensor([1, 0, 1, 2, 1, 0, 2]), torch.tensor([2, 5, 4, 6, 0, 1, 3])
    torch.manual_seed(23)
    case("class-consistency", "CS-KD, train.py", dict(student_logits=2 * torch.randn(7, 4), labels=labels),
         lambda student_logits, labels: kind(4.0)(student_logits, student_logits.detach()[partners]), {"temperature": 4.0})


def uncertain():
    kind = load("torchdistill", "torchdistill/losses/mid_level.py", "PADL2Loss").PADL2Loss
    torch.manual_seed(24)
    # As VarianceBranch4PAD of torchdistill/models/wrapper.py.
    branch = nn.Sequential(nn.Linear(5, 5), nn.BatchNorm1d(5))
    nn.init.normal_(branch[1].weight, 1, 0.2)
    nn.init.normal_(branch[1].bias, 0, 0.2)
    loss = kind("s", "t", module_path="v")
    weights = {f"variance.{ours}.{name}": value for layer, ours in zip(branch, ("linear", "normalization")) for name, value in layer.named_parameters()}
    case("uncertainty", "torchdistill, torchdistill/losses/mid_level.py", maps(25, (6, 5), (6, 5)),
         lambda student, teacher: loss({"s": {"output": student}, "v": {"output": branch(student)}}, {"t": {"output": teacher}}), weights=weights)


def confident():
    kind = load("CA-MKD", "distiller_zoo/CAMKD.py", "CAMKD").CAMKD
    torch.manual_seed(26)
    widths = (6, 3, 4)
    embeddings, classifiers = [nn.Linear(4, width) for width in widths], [2 * torch.randn(5, width) for width in widths]
    inputs = dict(student=torch.randn(7, 4), labels=torch.randint(0, 5, (7,)), **{f"teacher{k}": torch.randn(7, width) for k, width in enumerate(widths)})

    def compute(student, labels, **teachers):
        embedded = [embed(student) for embed in embeddings]
        # The authors divide by the number of teachers once more.
        return 3 * kind()(embedded, list(teachers.values()), [F.linear(one, weight) for one, weight in zip(embedded, classifiers)], labels)[0]

    case("confidence-hint", "CA-MKD, distiller_zoo/CAMKD.py", inputs, compute, dict(classifiers=[tensor(weight) for weight in classifiers]),
         {f"{k}.{name}": value for k, embed in enumerate(embeddings) for name, value in embed.named_parameters()})


for make in (transformed, refined, corrected, divergences, interpolated, weighted, enhanced, generated, patient, gaussian, segmented, moved, scaled, detected,
             consistent, uncertain, confident):
    make()

output = pathlib.Path(__file__).with_name("published.json")
output.write_text(json.dumps({"generator": f"authors' code, float64, torch {torch.__version__}", "cases": cases}, separators=(",", ":")) + "\n")
print(f"{len(cases)} cases, {output.stat().st_size} bytes")
