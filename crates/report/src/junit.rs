//! JUnit's XML, as Maven's Surefire writes it, for CI services that show tests.
//!
//! A file is a suite and a finding a test of it that failed. A note fails no run, so it is a test that passed and had
//! something to say. What could not be analysed is an error. A run that found nothing has one test that passed, for
//! several services take a report without tests for a broken one.

use crate::checkstyle::by_file;
use crate::clean::clean;
use crate::finding::Level;
use crate::places::inside;
use crate::report::{Entry, Problem, ProblemKind, Report};
use crate::xml::Xml;

/// No test of ours takes time; consumers ask for the attribute.
const TIME: (&str, &str) = ("time", "0");

/// The report as JUnit XML.
#[must_use]
pub fn to_junit(report: &Report<'_>) -> String {
    let files = by_file(report);
    let errors: Vec<&Problem> = report.problems.iter().filter(|p| p.kind != ProblemKind::Partial).collect();
    let nothing = files.is_empty() && errors.is_empty();
    let findings: usize = files.iter().map(|(_, entries)| entries.len()).sum();
    let failures: usize = files.iter().map(|(_, entries)| failures(entries)).sum();
    let mut xml = Xml::new();
    let counts = [findings + errors.len() + usize::from(nothing), failures, errors.len()];
    suite(&mut xml, "testsuites", report.tool.name, counts, |xml| {
        for (path, entries) in files {
            suite(xml, "testsuite", path, [entries.len(), self::failures(&entries), 0], |xml| {
                for entry in entries {
                    case(xml, report, path, entry);
                }
            });
        }
        for problem in errors {
            suite(xml, "testsuite", inside(&problem.path, report.root), [1, 0, 1], |xml| error(xml, report, problem));
        }
        if nothing {
            suite(xml, "testsuite", report.tool.name, [1, 0, 0], |xml| {
                xml.empty("testcase", &[("name", "no findings"), ("classname", report.tool.name), TIME]);
            });
        }
    });
    xml.done()
}

fn failures(entries: &[&Entry]) -> usize {
    entries.iter().filter(|e| e.finding.level >= Level::Warning).count()
}

fn suite(xml: &mut Xml, kind: &str, name: &str, counts: [usize; 3], content: impl FnOnce(&mut Xml)) {
    let [tests, failures, errors] = counts.map(|n| n.to_string());
    let counted = [("tests", tests.as_str()), ("failures", &failures), ("errors", &errors), TIME];
    let skipped = (kind == "testsuite").then_some(("skipped", "0"));
    let attributes: Vec<_> = std::iter::once(("name", name)).chain(counted).chain(skipped).collect();
    xml.element(kind, &attributes, content);
}

fn case(xml: &mut Xml, report: &Report<'_>, path: &str, entry: &Entry) {
    let finding = &entry.finding;
    let at = report.sources.start(finding.primary);
    let (line, column) = (at.line.to_string(), at.column);
    let name = format!("{} at {line}:{column}", finding.rule);
    let mut said = vec![format!("{}:{line}:{column}: {}", clean(path), clean(&finding.message))];
    said.extend(finding.told().map(|(head, text)| format!("{head}: {}", clean(text))));
    if let Some(verdict) = &finding.verdict {
        said.extend(crate::proof::lines(report.sources, verdict));
    }
    let said = said.join("\n");
    let attributes = [("name", name.as_str()), ("classname", path), ("file", path), ("line", &line), TIME];
    xml.element("testcase", &attributes, |xml| {
        if finding.level >= Level::Warning {
            xml.text("failure", &[("message", &finding.message), ("type", finding.level.name())], &said);
        } else {
            xml.text("system-out", &[], &said);
        }
    });
}

fn error(xml: &mut Xml, report: &Report<'_>, problem: &Problem) {
    let path = inside(&problem.path, report.root);
    xml.element("testcase", &[("name", &problem.reason), ("classname", path), TIME], |xml| {
        let said = crate::problem_text(report, problem);
        xml.text("error", &[("message", &problem.message), ("type", problem.kind.name())], &said);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{entries, finding, report, rules, sources};

    #[test]
    fn failures_notes_and_errors_are_told_apart() {
        let mut note = finding("leaked-lock", 0, 1);
        note.level = Level::Note;
        let (rules, entries, sources) = (
            rules(),
            entries(vec![finding("lock-without-expiry", 8, 12), note]),
            sources(&[("a.go", "package main\n")]),
        );
        let problem = |kind, path: &str| Problem {
            path: path.to_owned(),
            span: None,
            kind,
            reason: "not UTF-8".to_owned(),
            message: "byte 3 is no UTF-8".to_owned(),
        };
        let problems = [problem(ProblemKind::NotAnalysed, "b.go"), problem(ProblemKind::Partial, "c.go")];
        let out = to_junit(&report(&rules, &entries, &problems, &sources));
        assert!(out.contains("<testsuites name=\"dogpile-lint\" tests=\"3\" failures=\"1\" errors=\"1\""), "{out}");
        assert_eq!(out.matches("<failure ").count(), 1, "{out}");
        assert_eq!(out.matches("<system-out>").count(), 1, "{out}");
        assert!(out.contains("<error message=\"byte 3 is no UTF-8\" type=\"not-analysed\">b.go: byte 3"), "{out}");
        assert!(!out.contains("c.go"), "{out}");
    }

    #[test]
    fn nothing_found_is_a_test_that_passed() {
        let (rules, sources) = (rules(), sources(&[]));
        let out = to_junit(&report(&rules, &[], &[], &sources));
        assert!(out.contains("tests=\"1\" failures=\"0\"") && out.contains("name=\"no findings\""), "{out}");
    }
}
