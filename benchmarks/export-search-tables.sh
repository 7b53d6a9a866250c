#!/usr/bin/env bash
# Writes public data sets as tables for `search-truth --tables`: CSV with a header line, names as words, the class in the last column.
# None of them is among those of export-tables.sh, on which recipes were chosen. They come with packages for R and with scikit-learn for Python;
# PYTHON says which Python (python3).
. "$(dirname "$0")/exporting.sh"
require_r AER dslabs ggplot2 kernlab mclust mlbench modeldata
require_sklearn

Rscript - "$1" <<'RSCRIPT'
folder <- commandArgs(trailingOnly = TRUE)[1]

# Names that look like numbers get a letter, so that no reader takes them for numbers. A missing name is a name; rows that lack a number are left out.
words <- function(column) if (is.numeric(column)) column else paste0("is_", letters_of(ifelse(is.na(column), "unknown", as.character(column))))

# Letters and digits alone; names that differ in nothing else, such as + and -, are numbered.
letters_of <- function(names) {
  plain <- gsub("[^A-Za-z0-9]", "_", names)
  if (length(unique(plain)) == length(unique(names))) plain else paste0("name", as.integer(factor(names)))
}

save <- function(package, name, class, change = identity) {
  data(list = name, package = package, envir = environment())
  table <- change(as.data.frame(get(name)))
  attributes <- as.data.frame(lapply(table[names(table) != class], words))
  attributes$class <- letters_of(as.character(table[[class]]))
  attributes <- attributes[complete.cases(attributes), ]
  write.csv(attributes, file.path(folder, paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}

without <- function(...) function(table) table[!(names(table) %in% c(...))]
save("mlbench", "Sonar", "Class")
save("mlbench", "Glass", "Type")
save("mlbench", "Shuttle", "Class", function(table) table[table$Class %in% c("Rad.Flow", "High", "Bypass"), ])
save("kernlab", "promotergene", "Class")
save("modeldata", "ad_data", "Class", without("Genotype"))
save("modeldata", "attrition", "Attrition")
save("modeldata", "two_class_dat", "Class")
save("modeldata", "wa_churn", "churn")
save("dslabs", "olive", "area", without("region"))
save("ggplot2", "diamonds", "cut")
save("AER", "HMDA", "deny")
save("AER", "Affairs", "affairs", function(table) transform(table, affairs = ifelse(affairs > 0, "some", "none")))
save("mclust", "thyroid", "Diagnosis")
RSCRIPT

"$python" - "$1" <<'PYTHON'
import csv
import os
import sys

from sklearn.datasets import load_wine

table = load_wine()
with open(os.path.join(sys.argv[1], "wine.csv"), "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow([*(name.replace("/", "_") for name in table.feature_names), "class"])
    writer.writerows([*map(float, row), table.target_names[kind]] for row, kind in zip(table.data, table.target))
PYTHON
wc -l "$1"/*.csv
