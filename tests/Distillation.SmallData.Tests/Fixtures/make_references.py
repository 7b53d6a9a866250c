"""Writes the reference values of LogisticRegressionTests and ExtraTreesTests: needs numpy and scikit-learn (1.2.1 wrote the committed files)."""
import json

import numpy
from sklearn.datasets import load_digits, load_wine
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression


def rounded(values):
    return [float(f"{value:.9g}") for value in numpy.asarray(values).ravel()]


random = numpy.random.RandomState(0)
cases = []
for classes, inverse_strength in [(2, 1.0), (3, 0.1), (4, 10.0)]:
    inputs = numpy.round(random.randn(40, 5), 4)
    labels = numpy.argmax(inputs[:, :classes] + random.randn(40, classes), axis=1)
    fitted = LogisticRegression(C=inverse_strength, solver="newton-cg", tol=1e-8, max_iter=10_000).fit(inputs, labels)
    cases.append({
        "classes": classes,
        "inverseStrength": inverse_strength,
        "inputs": rounded(inputs),
        "labels": labels.tolist(),
        "probabilities": rounded(fitted.predict_proba(inputs)),
    })
with open("logistic-regression.json", "w") as file:
    json.dump(cases, file)
    file.write("\n")

sets = []
for load, train in [(load_wine, 90), (load_digits, 300)]:
    inputs, labels = load(return_X_y=True)
    order = numpy.random.RandomState(1).permutation(len(labels))[:train + 88]
    inputs, labels = inputs[order], labels[order]
    accuracies = [
        ExtraTreesClassifier(100, random_state=seed).fit(inputs[:train], labels[:train]).score(inputs[train:], labels[train:]) for seed in range(10)
    ]
    sets.append({
        "name": load.__name__,
        "train": train,
        "features": inputs.shape[1],
        "inputs": rounded(inputs),
        "labels": labels.tolist(),
        "accuracies": rounded(accuracies),
    })
with open("extra-trees.json", "w") as file:
    json.dump(sets, file)
    file.write("\n")
