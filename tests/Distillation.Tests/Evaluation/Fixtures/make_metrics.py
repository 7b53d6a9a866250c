"""Makes metrics.json: outputs, labels and the values of all metrics. Needs numpy, scipy and scikit-learn (made with 1.24.2, 1.10.1 and 1.2.1)."""
import json
import math
import pathlib

import numpy as np
from scipy import stats
from sklearn import metrics

rng = np.random.default_rng(0)
N = 21
cases = []


def tensor(array):
    array = np.asarray(array)
    array = array.astype(int) if array.dtype == bool else array
    dtype = "int64" if array.dtype.kind == "i" else "float64"
    return {"shape": list(array.shape), "data": array.reshape(-1).tolist(), "dtype": dtype}


def case(name, output, labels, values, mask=None, ignored=None):
    named = {key: "NaN" if math.isnan(value) else float(value) for key, value in values.items()}
    one = {"name": name, "output": tensor(output), "labels": tensor(labels), "values": named}
    if mask is not None:
        one["mask"] = tensor(mask)
    if ignored is not None:
        one["ignored"] = ignored
    cases.append(one)


def mean(values):
    values = [value for value in values if not math.isnan(value)]
    return float(np.mean(values)) if values else math.nan


def softmax(logits):
    p = np.exp(logits - logits.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)


def area(present, scores):
    # Probabilities that are equal but for the order of a sum are ties.
    scores = np.round(scores, 12)
    return metrics.roc_auc_score(present, scores) if 0 < present.sum() < len(present) else math.nan


def calibration(p, hit, bins=15):
    confidence = p.max(1)
    edges = np.linspace(0, 1, bins + 1)
    error = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        members = (confidence > low) & (confidence <= high)
        if members.any():
            error += members.mean() * abs(hit[members].mean() - confidence[members].mean())
    return error


def of_classes(logits, labels):
    """Rows [R, C] with class ids [R] or probabilities [R, C]."""
    count = logits.shape[1]
    p = softmax(logits)
    soft = labels if labels.ndim == 2 else np.eye(count)[labels]
    ids = labels.argmax(1) if labels.ndim == 2 else labels
    # The first of equal logits is the larger one.
    order = np.argsort(-logits, axis=1, kind="stable")
    predicted = order[:, 0]
    log = np.log(p)
    values = {
        "Accuracy": metrics.accuracy_score(ids, predicted),
        "NegativeLogLikelihood": -(soft * log).sum(1).mean() if labels.ndim == 2 else metrics.log_loss(ids, p, labels=range(count)),
        "BrierScore": ((p - soft) ** 2).sum(1).mean(),
        "ExpectedCalibrationError": calibration(p, predicted == ids),
        "ExpectedCalibrationError10Bins": calibration(p, predicted == ids, bins=10),
        "MacroF1": metrics.f1_score(ids, predicted, average="macro"),
        "MicroF1": metrics.f1_score(ids, predicted, average="micro"),
        "MeanIntersectionOverUnion": metrics.jaccard_score(ids, predicted, average="macro"),
        "Auroc": area(ids == 1, p[:, 1]) if count == 2 else mean([area(ids == c, p[:, c]) for c in range(count)]),
    }
    values["Perplexity"] = math.exp(values["NegativeLogLikelihood"])
    for k in (1, 2, 3):
        values[f"Top{k}Accuracy"] = (order[:, :k] == ids[:, None]).any(1).mean()
    if labels.ndim == 1 and count == 2:
        assert np.isclose(values["BrierScore"], 2 * metrics.brier_score_loss(ids, p[:, 1]))
    if count > 2 and len(np.unique(ids)) == count:
        assert np.isclose(values["Auroc"], metrics.roc_auc_score(ids, p.round(12), multi_class="ovr"))
    return values


def of_presence(logits, labels):
    """Rows [R, L] with labels [R, L] of 0 and 1."""
    predicted = (logits > 0).astype(int)
    values = {
        "LabelMacroF1": metrics.f1_score(labels, predicted, average="macro", zero_division=0) if labels.shape[1] > 1
        else metrics.f1_score(labels[:, 0], predicted[:, 0], zero_division=0),
        "LabelMicroF1": metrics.f1_score(labels.reshape(-1), predicted.reshape(-1)),
        "LabelAuroc": mean([area(labels[:, i], logits[:, i]) for i in range(labels.shape[1])]),
        "MeanAveragePrecision": mean([
            metrics.average_precision_score(labels[:, i], logits[:, i]) if labels[:, i].any() else math.nan for i in range(labels.shape[1])]),
        "ExactMatch": (labels == predicted).all(1).mean(),
    }
    for i in range(labels.shape[1]):
        values[f"Label{i}F1"] = metrics.f1_score(labels[:, i], predicted[:, i], zero_division=0)
    return values


def of_targets(predictions, targets):
    """Rows [R, D]."""
    constant = (np.ptp(predictions, axis=0) == 0) | (np.ptp(targets, axis=0) == 0)
    correlations = [math.nan if constant[i] else stats.spearmanr(predictions[:, i], targets[:, i])[0] for i in range(targets.shape[1])]
    squared = metrics.mean_squared_error(targets, predictions)
    return {
        "MeanSquaredError": squared,
        "RootMeanSquaredError": math.sqrt(squared),
        "MeanAbsoluteError": metrics.mean_absolute_error(targets, predictions),
        "R2Score": metrics.r2_score(targets, predictions),
        "SpearmanCorrelation": float(np.mean(correlations)),
    }


def of_embeddings(embeddings, ids):
    """Each row is searched for among the others."""
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    similarity = unit @ unit.T
    values = {}
    for k in (1, 2, 5, 10, 30):
        recalls, gains = [], []
        for i in range(len(ids)):
            others = np.delete(np.arange(len(ids)), i)
            relevant = ids[others] == ids[i]
            if relevant.any():
                order = np.argsort(-similarity[i, others], kind="stable")
                recalls.append(relevant[order[:k]].sum() / relevant.sum())
                gains.append(metrics.ndcg_score([relevant.astype(float)], [similarity[i, others]], k=k))
        values[f"RecallAt{k}"] = mean(recalls)
        values[f"NdcgAt{k}"] = mean(gains)
    return values


def some(*shape, parts=8):
    """Multiples of a power of one half: their differences have no rounding that would tell equal scores apart."""
    return np.round(rng.normal(size=shape) * 1.5 * parts) / parts


def raised(logits, ids):
    """Makes the labels a little more likely."""
    for row, label in zip(logits.reshape(-1, logits.shape[-1]), ids.reshape(-1)):
        row[max(label, 0)] += 1
    return logits


def equal_maxima(logits):
    logits[::5, 0] = logits[::5].max(1)
    logits[3] = logits[8]
    return logits


# Class ids: ties within rows and between them, classes that no row has, a class that is neither there nor predicted.
for name, classes, there in (("two classes", 2, 2), ("four classes", 4, 4), ("five classes, two without a row", 5, 3)):
    logits, ids = some(N, classes), rng.integers(0, there, N)
    ids[:there] = range(there)
    logits = equal_maxima(raised(logits, ids))
    case(name, logits, ids, of_classes(logits, ids))

logits, ids = some(N, 6), rng.integers(0, 3, N)
logits[:, 4] = -9
case("a class that does not occur", logits, ids, of_classes(logits, ids))
logits, ids = some(N, 3), np.full(N, 1)
case("one class alone", logits, ids, of_classes(logits, ids))
logits, ids = some(N, 3), rng.integers(0, 3, N)
mask = rng.integers(0, 2, N)
case("masked samples", logits, ids, of_classes(logits[mask > 0], ids[mask > 0]), mask=mask)

# Probabilities, of which one is zero in every third row.
logits, soft = some(N, 4), rng.integers(1, 9, (N, 4)).astype(float)
soft[::3, 2] = 0
soft /= soft.sum(1, keepdims=True)
case("probabilities", logits, soft, of_classes(logits, soft))

# Sequences: padding by mask, by label, by both.
logits, ids, mask = some(N, 3, 4), rng.integers(0, 4, (N, 3)), rng.integers(0, 4, (N, 3)) > 0
logits = raised(logits, ids)
case("tokens", logits, ids, of_classes(logits.reshape(-1, 4), ids.reshape(-1)))
case("masked tokens", logits, ids, of_classes(logits[mask], ids[mask]), mask=mask)
ids = np.where(rng.integers(0, 3, (N, 3)) > 0, ids, -100)
ids[7] = -100  # the batch of one sample
case("ignored tokens", logits, ids, of_classes(logits[ids != -100], ids[ids != -100]), ignored=-100)
both = mask & (ids != -100)
case("masked and ignored tokens", logits, ids, of_classes(logits[both], ids[both]), mask=mask, ignored=-100)

# Maps of unequal height and width.
maps, ids = some(N, 3, 2, 3), rng.integers(0, 3, (N, 2, 3))
ids[rng.integers(0, 4, ids.shape) == 0] = 255
rows = maps.transpose(0, 2, 3, 1)
case("ignored pixels", maps, ids, of_classes(rows[ids != 255], ids[ids != 255]), ignored=255)
mask = rng.integers(0, 3, ids.shape) > 0
both = mask & (ids != 255)
case("masked and ignored pixels", maps, ids, of_classes(rows[both], ids[both]), mask=mask, ignored=255)

# Several labels: a frequent one, a rare one, one that is nowhere and one that is everywhere; equal logits.
logits, labels = some(N, 4, parts=1), (rng.random((N, 4)) < [0.6, 0.2, 0, 1]).astype(int)
case("labels", logits, labels, of_presence(logits, labels))
case("labels of a floating type", logits, labels.astype(float), of_presence(logits, labels))
mask = rng.integers(0, 2, N)
case("masked labels", logits, labels, of_presence(logits[mask > 0], labels[mask > 0]), mask=mask)
case("one label", logits[:, :1], labels[:, 0], of_presence(logits[:, :1], labels[:, :1]))
case("one label in one dimension", logits[:, 0], labels[:, 0], of_presence(logits[:, :1], labels[:, :1]))

# Numbers: equal ones, a large common offset, an output whose targets are all the same, and predictions that are.
predictions = some(N, parts=2)
targets = np.round(predictions + 0.7 * rng.normal(size=N), 1)
case("targets in one dimension", predictions, targets, of_targets(predictions[:, None], targets[:, None]))
case("one output, targets in one dimension", predictions[:, None], targets, of_targets(predictions[:, None], targets[:, None]))
predictions = some(N, 3)
targets = np.round(predictions * [1, -1, 0.1] + 0.7 * rng.normal(size=(N, 3)), 1)
case("three outputs", predictions, targets, of_targets(predictions, targets))
case("three outputs far from zero", predictions + 1e6, targets + 1e6, of_targets(predictions + 1e6, targets + 1e6))
mask = rng.integers(0, 2, N)
case("masked targets", predictions, targets, of_targets(predictions[mask > 0], targets[mask > 0]), mask=mask)
mask = rng.integers(0, 3, (N, 2)) > 0
predictions, targets = some(N, 2, 2), some(N, 2, 2)
case("masked sequences of targets", predictions, targets, of_targets(predictions[mask], targets[mask]), mask=mask)
predictions, targets = some(N, 2), some(N, 2)
targets[:, 0] = 0.5
case("one output with constant targets", predictions, targets, of_targets(predictions, targets))
predictions[:, 0] = 0.5
case("one output that is constant and right", predictions, targets, of_targets(predictions, targets))

# Embeddings without equal similarities; one sample is alone in its class.
embeddings, ids = some(N, 5, parts=128), rng.integers(0, 4, N)
embeddings = raised(embeddings, 2 * (ids // 2))
ids[4] = 77
case("embeddings", embeddings, ids, of_embeddings(embeddings, ids))
embeddings, ids = some(N, 3, parts=128), rng.integers(0, 5, N)
embeddings = raised(embeddings, ids % 3)
mask = rng.integers(0, 4, N) > 0
case("masked embeddings", embeddings, ids, of_embeddings(embeddings[mask], ids[mask]), mask=mask)
ids = np.where(rng.integers(0, 3, N) > 0, ids, -1)
case("ignored embeddings", embeddings, ids, of_embeddings(embeddings[ids != -1], ids[ids != -1]), ignored=-1)

path = pathlib.Path(__file__).parent / "metrics.json"
path.write_text("{\"cases\": [\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases) + "\n]}\n")
print(len(cases), "cases,", path.stat().st_size, "bytes")
