"""Prints what junitparser sees in a report: suites with their counts and cases.

Suites are held against the schema of Maven's Surefire, too, which knows no `testsuites` around them, and none of the
attributes `file` and `line`, which GitLab and others read.
"""

import json
import sys

from junitparser import JUnitXml
from lxml import etree

schema = etree.XMLSchema(etree.parse(sys.argv[2]))
for suite in etree.parse(sys.argv[1]).getroot():
    for case in suite:
        for name in ("file", "line"):
            case.attrib.pop(name, None)
    schema.assertValid(etree.fromstring(etree.tostring(suite)))

report = JUnitXml.fromfile(sys.argv[1])
suites = []
for suite in report:
    cases = []
    for case in suite:
        result = case.result[0] if case.result else None
        cases.append(
            {
                "name": case.name,
                "class": case.classname,
                "result": type(result).__name__ if result is not None else None,
                "type": result.type if result is not None else None,
                "message": result.message if result is not None else None,
            }
        )
    said = [suite.tests, suite.failures, suite.errors, suite.skipped]
    suite.update_statistics()
    assert said == [suite.tests, suite.failures, suite.errors, suite.skipped], "the counts are not those of the cases"
    suites.append({"name": suite.name, "counts": said, "cases": cases})
said = [report.tests, report.failures, report.errors]
report.update_statistics()
assert said == [report.tests, report.failures, report.errors], "the counts are not those of the suites"
json.dump(suites, sys.stdout)
