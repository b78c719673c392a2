//! Checkstyle's XML, which review tools of many kinds read.

use crate::finding::Level;
use crate::places::inside;
use crate::report::{Entry, Report};
use crate::xml::Xml;

/// A file element for each file with findings that count, in the order of their first finding.
#[must_use]
pub fn to_checkstyle(report: &Report<'_>) -> String {
    let mut xml = Xml::new();
    xml.element("checkstyle", &[("version", "4.3")], |xml| {
        for (path, entries) in by_file(report) {
            xml.element("file", &[("name", path)], |xml| {
                for entry in entries {
                    error(xml, report, entry);
                }
            });
        }
    });
    xml.done()
}

fn error(xml: &mut Xml, report: &Report<'_>, entry: &Entry) {
    let finding = &entry.finding;
    let at = report.sources.start(finding.primary);
    let severity = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note | Level::Off => "info",
    };
    xml.empty(
        "error",
        &[
            ("line", &at.line.to_string()),
            ("column", &at.column.to_string()),
            ("severity", severity),
            ("message", &finding.message),
            ("source", &format!("{}.{}", report.tool.name, finding.rule)),
        ],
    );
}

/// Findings that count, by file.
pub(crate) fn by_file<'r>(report: &Report<'r>) -> Vec<(&'r str, Vec<&'r Entry>)> {
    let mut files: Vec<(&str, Vec<&Entry>)> = Vec::new();
    for entry in report.shown() {
        let path = inside(report.sources.path(entry.finding.primary), report.root);
        match files.iter_mut().find(|(known, _)| *known == path) {
            Some((_, entries)) => entries.push(entry),
            None => files.push((path, vec![entry])),
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{report, standings};

    #[test]
    fn files_with_their_findings() {
        let (rules, entries, sources) = standings();
        assert_eq!(
            to_checkstyle(&report(&rules, &entries, &[], &sources)),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n  <file name=\"a.go\">\n    \
             <error line=\"1\" column=\"9\" severity=\"error\" message=\"a crash here keeps everybody out\" \
             source=\"dogpile-lint.leaked-lock\"/>\n  </file>\n</checkstyle>\n"
        );
    }
}
