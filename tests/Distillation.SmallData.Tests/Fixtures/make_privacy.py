"""Writes privacy.json, the reference of RdpAccountantTests: needs numpy and scipy.

The Rényi divergence is integrated from its definition by adaptive Gauss-Kronrod rules, also for whole orders:
E over z ~ N(0, s^2) of ((1 - q) + q exp((2 z - 1) / (2 s^2)))^a.
"""
import json

import numpy
from scipy.integrate import quad

ORDERS = [1 + i / 10 for i in range(1, 100)] + list(range(12, 64))


def divergence(noise, rate, order):
    def exponent(z):
        ratio = numpy.logaddexp(numpy.log1p(-rate), numpy.log(rate) + (2 * z - 1) / (2 * noise**2))
        return order * ratio - z * z / (2 * noise**2) - 0.5 * numpy.log(2 * numpy.pi * noise**2)

    grid = numpy.linspace(-40 * noise, order + 40 * noise, 400_001)
    values = exponent(grid)
    top = values.max()
    low, high = grid[values > top - 60][[0, -1]]
    step = grid[1] - grid[0]
    pieces = numpy.linspace(low - step, high + step, 65)
    total = sum(quad(lambda z: numpy.exp(exponent(z) - top), a, b, epsabs=0, epsrel=1e-12)[0] for a, b in zip(pieces, pieces[1:]))
    return (top + numpy.log(total)) / (order - 1)


def epsilons(noise, rate, steps, delta):
    orders = numpy.array(ORDERS)
    spent = steps * numpy.array([divergence(noise, rate, order) for order in orders])
    older = spent - numpy.log(delta) / (orders - 1)
    newer = spent + numpy.log((orders - 1) / orders) - (numpy.log(delta) + numpy.log(orders)) / (orders - 1)
    return {"noise": noise, "rate": rate, "steps": steps, "delta": delta, "epsilon": newer.min(), "olderEpsilon": older.min()}


moments = [
    {"noise": noise, "rate": rate, "order": order, "divergence": divergence(noise, rate, order)}
    for noise in [0.7, 1.1, 4.0] for rate in [1e-3, 0.05, 0.4] for order in [1.1, 1.5, 2, 2.7, 8, 10.9, 40]
]
runs = [
    epsilons(1.1, 256 / 60_000, 60 * 60_000 // 256, 1e-5),
    epsilons(4.0, 0.01, 10_000, 1e-5),
    epsilons(0.8, 0.1, 100, 1e-4),
]
with open("privacy.json", "w") as file:
    json.dump({"moments": moments, "runs": runs}, file)
    file.write("\n")
