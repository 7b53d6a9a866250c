#!/usr/bin/env bash
# Writes public data sets as tables for `regression`: CSV with a header line, numbers alone, the target in the last column.
# The sets come with the packages MASS and mlbench for R, and scikit-learn for Python; PYTHON says which Python (python3).
. "$(dirname "$0")/exporting.sh"
require_r MASS mlbench
require_sklearn

Rscript - "$1" <<'RSCRIPT'
library(MASS)
library(mlbench)
folder <- commandArgs(trailingOnly = TRUE)[1]

# Names become columns of ones and zeros; rows that lack a value are left out.
save <- function(name, table, target) {
  table <- table[complete.cases(table), ]
  inputs <- model.matrix(~ . - 1, table[names(table) != target])
  write.csv(data.frame(inputs, target = table[[target]]), file.path(folder, paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}

data(BostonHousing)
data(Ozone)
data(Servo)
save("BostonHousing", BostonHousing, "medv")
save("Ozone", data.frame(lapply(Ozone[c(1, 3:13)], as.numeric)), "V4")
save("Servo", Servo, "Class")
save("birthwt", transform(birthwt[names(birthwt) != "low"], race = factor(race)), "bwt")
save("cpus", transform(cpus[c("syct", "mmin", "mmax", "cach", "chmin", "chmax", "perf")], perf = log(perf)), "perf")
RSCRIPT

"$python" - "$1" <<'PYTHON'
import csv
import os
import sys

from sklearn.datasets import load_diabetes

table = load_diabetes()
with open(os.path.join(sys.argv[1], "diabetes.csv"), "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow([*table.feature_names, "target"])
    writer.writerows([*map(float, row), float(target)] for row, target in zip(table.data, table.target))
PYTHON
ls "$1"
