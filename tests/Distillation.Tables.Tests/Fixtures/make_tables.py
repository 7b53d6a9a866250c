"""Makes a table and what pandas and scikit-learn make of it.

Run in this directory: python3 make_tables.py (Debian 12: python3-pandas 1.5.3, python3-sklearn 1.2.1).
customers.csv has quotes, commas, line breaks, exponents, and missing values; rows 0 to 39 are for training. encoded.json has the features of all rows.
"""
import io
import json

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, StandardScaler

TRAIN = 40
rng = np.random.default_rng(3)
n = 60
cities = np.array(["Bern", 'St. "Gallen"', "Zürich, city", "two\nlines"], dtype=object)
frame = pd.DataFrame({
    "id": np.arange(n),
    "age": np.where(rng.random(n) < 0.15, np.nan, rng.integers(18, 90, n)),
    "income": rng.normal(5e4, 2e4, n) * 10.0 ** rng.integers(-6, 6, n),
    "city": rng.choice(cities, n, p=[0.5, 0.3, 0.15, 0.05]),
    "plan": rng.choice(np.array(["basic", "pro", None], dtype=object), n),
    "since": pd.date_range("2020-01-31", periods=n).strftime("%Y-%m-%d"),
    "constant": np.full(n, 0.1),
    "label": rng.choice(np.array(["stays", "leaves", "Unsure"], dtype=object), n),
})
frame.loc[TRAIN + 1, "city"] = "unknown before"
frame.loc[TRAIN + 2, "city"] = None
frame.to_csv("customers.csv", index=False, lineterminator="\r\n")
with open("customers.csv", encoding="utf-8") as file:
    frame = pd.read_csv(io.StringIO(file.read()), float_precision="round_trip")


def encoded(strategy, min_frequency):
    train = frame[:TRAIN]
    blocks = []
    for name in ("age", "income"):
        imputer = SimpleImputer(strategy=strategy, add_indicator=True).fit(train[[name]])
        scaler = StandardScaler().fit(imputer.transform(train[[name]])[:, :1])
        filled = imputer.transform(frame[[name]])
        blocks += [scaler.transform(filled[:, :1]), filled[:, 1:]]

    def one_hot(name, has_missing):
        present = train[[name]].dropna()
        counts = present[name].value_counts()
        frequent = [name for name in counts.index if counts[name] >= min_frequency]
        encoder = OneHotEncoder(min_frequency=min_frequency, handle_unknown="infrequent_if_exist", sparse_output=False).fit(present)
        known = frame[[name]].fillna("missing, as an unknown name")
        values = encoder.transform(known)[:, :len(frequent)]
        missing = frame[name].isna().to_numpy()[:, None].astype(float) if has_missing else np.zeros((n, 0))
        other = 1 - values.sum(1, keepdims=True) - missing.sum(1, keepdims=True)
        return [values, missing, other]

    blocks += one_hot("city", False) + one_hot("plan", True)
    constant = StandardScaler().fit(train[["constant"]])
    blocks.append(constant.transform(frame[["constant"]]))
    return np.concatenate(blocks, axis=1).tolist()


classes = LabelEncoder().fit(frame["label"][:TRAIN])
result = {
    "mean": encoded("mean", 1),
    "median_rare": encoded("median", 5),
    "labels": classes.transform(frame["label"]).tolist(),
    "classes": classes.classes_.tolist(),
    "cities": [None if pd.isna(city) else city for city in frame["city"]],
    "income": frame["income"].tolist(),
}
with open("encoded.json", "w", encoding="utf-8") as file:
    json.dump(result, file)
