"""Prints a YAML file as JSON, for readers that know no YAML."""

import json
import sys

from ruamel.yaml import YAML

with open(sys.argv[1], encoding="utf-8") as file:
    json.dump(YAML(typ="safe", pure=True).load(file), sys.stdout, default=str)
