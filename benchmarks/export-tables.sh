#!/usr/bin/env bash
# Writes public data sets as tables for `small-data`: CSV with a header line, names as words, the class in the last column.
# The sets come with two packages, mlbench for R and scikit-learn for Python; PYTHON says which Python (python3).
. "$(dirname "$0")/exporting.sh"
require_r mlbench
require_sklearn

Rscript - "$1" <<'EOF'
library(mlbench)
folder <- commandArgs(trailingOnly = TRUE)[1]

# Names that look like numbers get a letter, so that no reader takes them for numbers. A missing name is a name.
words <- function(column) {
  if (is.numeric(column)) return(column)
  ifelse(is.na(column), "unknown", paste0("is_", column))
}

save <- function(name, class, change = identity) {
  data(list = name, envir = environment())
  table <- change(get(name))
  attributes <- table[names(table) != class]
  attributes[] <- lapply(attributes, words)
  attributes$class <- as.character(table[[class]])
  write.csv(attributes, file.path(folder, paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}

# All nine are measures from 1 to 10, kept as factors.
cells <- function(table) {
  table <- table[complete.cases(table), names(table) != "Id"]
  measures <- names(table) != "Class"
  table[measures] <- lapply(table[measures], function(column) as.integer(as.character(column)))
  table
}

# Each of the 60 places is three bits: A, C, G, and none of them for T.
bases <- function(table) {
  bits <- sapply(table[1:180], function(column) as.integer(as.character(column)))
  places <- lapply(1:60, function(place) factor(c("T", "A", "C", "G")[1 + bits[, 3 * place - 2:0] %*% 1:3]))
  data.frame(setNames(places, paste0("place", 1:60)), Class = table$Class)
}

save("BreastCancer", "Class", cells)
save("DNA", "Class", bases)
save("Glass", "Type")
save("HouseVotes84", "Class")
save("Ionosphere", "Class")
save("LetterRecognition", "lettr")
save("PimaIndiansDiabetes", "diabetes")
save("Satellite", "classes")
save("Shuttle", "Class")
save("Sonar", "Class")
save("Soybean", "Class")
save("Vehicle", "Class")
save("Vowel", "Class")
EOF

"$python" - "$1" <<'EOF'
import csv
import os
import sys

from sklearn import datasets

for name in ["breast_cancer", "digits", "iris", "wine"]:
    table = getattr(datasets, "load_" + name)()
    with open(os.path.join(sys.argv[1], name + ".csv"), "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*table.feature_names, "class"])
        writer.writerows([*map(float, row), table.target_names[label]] for row, label in zip(table.data, table.target))
EOF
ls "$1"
