"""Writes regression.json, the reference of RegressionTeacherTests: needs numpy and scikit-learn (1.2.1 wrote the committed file)."""
import json

import numpy
from sklearn.datasets import load_diabetes
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.kernel_ridge import KernelRidge


def rounded(values):
    return [float(f"{value:.9g}") for value in numpy.asarray(values).ravel()]


random = numpy.random.RandomState(0)
inputs = numpy.round(random.randn(30, 3), 4)
targets = numpy.round(numpy.stack([inputs[:, 0] ** 2 * 10 + 50, inputs[:, 1] - inputs[:, 2]], 1) + 0.3 * random.randn(30, 2), 4)
new = numpy.round(random.randn(7, 3), 4)
mean, deviation = targets.mean(0), targets.std(0)


def predict(rows, at):
    model = KernelRidge(alpha=0.1, kernel="poly", degree=1, gamma=1, coef0=1).fit(inputs[rows], ((targets - mean) / deviation)[rows])
    return model.predict(at) * deviation + mean


everything = numpy.arange(30)
kernel = {
    "inputs": rounded(inputs), "targets": rounded(targets), "new": rounded(new),
    "predictions": rounded(predict(everything, new)),
    "leftOut": rounded([predict(everything[everything != i], inputs[i:i + 1])[0] for i in everything]),
}

inputs, targets = load_diabetes(return_X_y=True)
order = numpy.random.RandomState(1).permutation(len(targets))[:300]
inputs, targets = inputs[order], targets[order]
errors = [
    float(numpy.sqrt(((ExtraTreesRegressor(100, random_state=seed).fit(inputs[:200], targets[:200]).predict(inputs[200:]) - targets[200:]) ** 2).mean()))
    for seed in range(10)
]
trees = {"inputs": rounded(inputs), "targets": rounded(targets), "errors": rounded(errors)}
with open("regression.json", "w") as file:
    json.dump({"kernel": kernel, "trees": trees}, file)
    file.write("\n")
