"""Prints what stands in a Checkstyle report: files with their errors."""

import json
import sys
from xml.etree import ElementTree

root = ElementTree.parse(sys.argv[1]).getroot()
assert root.tag == "checkstyle" and root.get("version"), root.tag
files = []
for file in root:
    assert file.tag == "file", file.tag
    errors = []
    for error in file:
        assert error.tag == "error" and error.get("severity") in {"error", "warning", "info", "ignore"}, error.attrib
        said = [error.get(name) for name in ("severity", "message", "source")]
        errors.append([int(error.get("line")), int(error.get("column")), *said])
    files.append([file.get("name"), errors])
json.dump(files, sys.stdout)
