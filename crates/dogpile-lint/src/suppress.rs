//! `dogpile: allow` comments.

use crate::meta_rules::{MALFORMED, UNUSED, WITHOUT_REASON};
use crate::suggest::did_you_mean;
use dogpile_ir::{Comment, Module};
use dogpile_report::{Confidence, Finding, Level};
use dogpile_rules::Settings;
use dogpile_source::{Allow, AllowScope, Directive, SourceMap, Span, parse_annotation};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What suppressed findings say where nobody said why.
const NO_REASON: &str = "no reason given";

/// One rule that one comment allows.
struct Permit {
    span: Span,
    slug: String,
    lines: RangeInclusive<u32>,
    reason: Option<String>,
    used: bool,
}

/// Marks the findings that comments allow, and adds what is wrong with the comments.
pub(crate) fn apply(
    modules: &[Arc<Module>],
    sources: &SourceMap,
    slugs: &[&str],
    settings: &Settings,
    findings: &mut Vec<Finding>,
) {
    let mut permits = Vec::new();
    let mut faults = Vec::new();
    for module in modules {
        let Some(file) = sources.get(module.file).filter(|file| file.speaks) else { continue };
        for comment in &module.comments {
            match parse_annotation(file.slice(comment.span)) {
                None => {}
                Some(Err(error)) => {
                    let error = error.to_string();
                    let (message, help) = error.split_once("; ").map_or((error.as_str(), None), |(m, h)| (m, Some(h)));
                    let fault = fault(MALFORMED, comment.span, message.to_owned());
                    faults.push(Finding { help: help.map(str::to_owned), ..fault });
                }
                Some(Ok(annotation)) => {
                    if let Directive::Allow(allow) = annotation.directive {
                        read(module, comment, sources, slugs, &allow, &mut permits, &mut faults);
                    }
                }
            }
        }
    }
    for finding in findings.iter_mut() {
        let line = sources.start(finding.primary).line;
        let holds =
            |p: &&mut Permit| p.span.file == finding.primary.file && p.slug == finding.rule && p.lines.contains(&line);
        // The nearest comment speaks: a line before a function before a file.
        let nearest = permits.iter_mut().filter(holds).min_by_key(|p| p.lines.end() - p.lines.start());
        if let Some(permit) = nearest {
            permit.used = true;
            finding.suppressed = Some(permit.reason.clone().unwrap_or_else(|| NO_REASON.to_owned()));
        }
    }
    let is_off = |slug: &str| settings.levels.get(slug) == Some(&Level::Off);
    for permit in permits.iter().filter(|p| !p.used && !is_off(&p.slug)) {
        let fault = fault(UNUSED, permit.span, format!("this allows `{}`, which finds nothing here", permit.slug));
        // A comment may allow several: what is unused tells them apart.
        faults.push(Finding { subject: permit.slug.clone(), ..fault });
    }
    for mut fault in faults {
        fault.level = settings.levels.get(fault.rule).copied().unwrap_or(fault.level);
        if fault.level != Level::Off {
            findings.push(fault);
        }
    }
}

fn read(
    module: &Module,
    comment: &Comment,
    sources: &SourceMap,
    slugs: &[&str],
    allow: &Allow,
    permits: &mut Vec<Permit>,
    faults: &mut Vec<Finding>,
) {
    let lines = reach(module, comment, sources, allow.scope);
    if allow.reason.is_none() {
        faults.push(fault(WITHOUT_REASON, comment.span, "nobody will know why this is allowed".to_owned()));
    }
    if allow.scope == AllowScope::Function && lines.is_none() {
        faults.push(fault(
            MALFORMED,
            comment.span,
            "this allow-function stands in no function and before none".to_owned(),
        ));
    }
    for slug in &allow.slugs {
        if !slugs.contains(&slug.as_str()) {
            let message = format!("there is no rule `{slug}`{}", did_you_mean(slug, slugs));
            faults.push(fault(MALFORMED, comment.span, message));
        } else if let Some(lines) = &lines {
            permits.push(Permit {
                span: comment.span,
                slug: slug.clone(),
                lines: lines.clone(),
                reason: allow.reason.clone(),
                used: false,
            });
        }
    }
}

/// The lines that an allow reaches; `None`: none.
fn reach(module: &Module, comment: &Comment, sources: &SourceMap, scope: AllowScope) -> Option<RangeInclusive<u32>> {
    let first = sources.start(comment.span).line;
    match scope {
        AllowScope::File => Some(1..=u32::MAX),
        AllowScope::Line => Some(first..=next_code(module, comment, sources)),
        AllowScope::Function => {
            let next = next_code(module, comment, sources);
            let lines = |span: Span| sources.start(span).line..=sources.end(span).line;
            let before = module.functions.iter().find(|f| !comment.trailing && sources.start(f.span).line == next);
            let around = module.functions.iter().filter(|f| f.span.contains(comment.span));
            let function = before.or_else(|| around.min_by_key(|f| f.span.end - f.span.start))?;
            Some(lines(function.span))
        }
    }
}

/// The line after a comment, and after those comments that follow it directly.
fn next_code(module: &Module, comment: &Comment, sources: &SourceMap) -> u32 {
    let last_line = |c: &Comment| sources.end(Span { start: c.span.end.saturating_sub(1), ..c.span }).line;
    let mut line = last_line(comment) + 1;
    if comment.trailing {
        return line;
    }
    let own: BTreeSet<(u32, u32)> =
        module.comments.iter().filter(|c| !c.trailing).map(|c| (sources.start(c.span).line, last_line(c))).collect();
    while let Some((_, last)) = own.range((line, 0)..=(line, u32::MAX)).next() {
        line = last + 1;
    }
    line
}

fn fault(rule: &'static str, span: Span, message: String) -> Finding {
    Finding {
        rule,
        level: Level::Warning,
        confidence: Confidence::Certain,
        message,
        primary: span,
        primary_text: String::new(),
        labels: Vec::new(),
        note: None,
        help: match rule {
            WITHOUT_REASON => {
                Some("write the reason after two dashes: `-- one writer only, see the runbook`".to_owned())
            }
            UNUSED => Some("delete it: it would hide the next fault of that kind".to_owned()),
            _ => None,
        },
        session: String::new(),
        function: String::new(),
        subject: String::new(),
        steps: Vec::new(),
        suppressed: None,
        verdict: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dogpile_source::{FileId, SourceFile};

    const SLUGS: &[&str] = &["constant-token", "leaked-lock"];

    fn found(at: &str, text: &str) -> Finding {
        let start = text.find(at).expect("there");
        let mut finding = fault("leaked-lock", Span::new(FileId(0), start, start + at.len()), "leaks".to_owned());
        finding.subject = at.to_owned();
        finding
    }

    fn run(text: &str, at: &[&str]) -> Vec<(String, Option<String>)> {
        let mut sources = SourceMap::default();
        let id = sources.add(SourceFile::new("a.go", text));
        let module = dogpile_front_go::parse(id, "a", text);
        let mut findings: Vec<_> = at.iter().map(|at| found(at, text)).collect();
        apply(&[std::sync::Arc::new(module)], &sources, SLUGS, &Settings::default(), &mut findings);
        let told = |f: Finding| {
            let name = if f.rule == "leaked-lock" { f.subject } else { format!("{}: {}", f.rule, f.message) };
            (name, f.suppressed)
        };
        findings.into_iter().map(told).collect()
    }

    #[test]
    fn a_line_allows_itself_and_the_next() {
        let text = "package a\n\nfunc f() {\n\t// dogpile: allow leaked-lock -- swept\n\t// by the janitor\n\tone()\n\ttwo()\n\tthree() // dogpile: allow leaked-lock -- here\n}\n";
        let out = run(text, &["one()", "two()", "three()"]);
        assert_eq!(out[0].1.as_deref(), Some("swept"));
        assert_eq!(out[1].1, None);
        assert_eq!(out[2].1.as_deref(), Some("here"));
        assert_eq!(out.len(), 3);
    }

    #[test]
    fn functions_and_files() {
        let text = "package a\n\n// f does.\n// dogpile: allow-function leaked-lock -- f\nfunc f() {\n\tone()\n}\n\nfunc g() {\n\ttwo()\n\t// dogpile: allow-function leaked-lock -- g\n}\n\nfunc h() { three() }\n";
        let out = run(text, &["one()", "two()", "three()"]);
        assert_eq!(out.iter().map(|o| o.1.as_deref()).collect::<Vec<_>>(), [Some("f"), Some("g"), None]);
        let file = format!("// dogpile: allow-file leaked-lock -- all\n{text}");
        let out = run(&file, &["one()", "three()"]);
        assert_eq!(out[0].1.as_deref(), Some("f"), "the nearest comment speaks");
        assert_eq!(out[1].1.as_deref(), Some("all"));
    }

    #[test]
    fn comments_are_judged_too() {
        let out =
            run("package a\n\nfunc f() {\n\tone() // dogpile: allow leaked-lock, constant-token\n}\n", &["one()"]);
        assert_eq!(out[0].1.as_deref(), Some(NO_REASON));
        let names: Vec<&str> = out[1..].iter().map(|o| o.0.as_str()).collect();
        assert_eq!(
            names,
            [
                "suppression-without-reason: nobody will know why this is allowed",
                "unused-suppression: this allows `constant-token`, which finds nothing here",
            ]
        );
        let out = run("package a\n\n// dogpile: allow leaked-lok -- x\n// dogpile: forgive\n", &[]);
        assert!(out[0].0.contains("there is no rule `leaked-lok`; did you mean `leaked-lock`?"), "{out:?}");
        assert!(out[1].0.starts_with("malformed-annotation: unknown directive"), "{out:?}");
    }
}
