"""Trains a classifier of iris flowers and writes it as MLServer's folder of a model. usage: train.py FOLDER VERSION DEPTH"""
import json
import pathlib
import sys

import joblib
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

folder, version, depth = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
measures, kinds = load_iris(return_X_y=True)
folder.mkdir(parents=True, exist_ok=True)
joblib.dump(DecisionTreeClassifier(max_depth=depth, random_state=0).fit(measures, kinds), folder / "model.joblib")
settings = {
    "name": "iris",
    "implementation": "mlserver_sklearn.SKLearnModel",
    "parameters": {"uri": "./model.joblib", "version": version},
}
(folder / "model-settings.json").write_text(json.dumps(settings))
