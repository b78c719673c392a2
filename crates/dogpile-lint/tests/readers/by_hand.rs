//! Reports with all that a report can have, made from the library: no one run has it all.

use dogpile_report::{
    Confidence, Edit, Entry, Finding, Fix, Gone, Label, Level, Problem, ProblemKind, Report, RuleInfo, Standing,
    Summary, Tool,
};
use dogpile_source::{FileId, SourceFile, SourceMap, Span};

const TEXT: &str = "package app\n\nfunc sweep() {\n\twon := rdb.SetNX(ctx, \"lock:sweep\", token, 0) // 😀\n}\n";

fn finding(rule: &'static str, what: &str, level: Level) -> Finding {
    let at = TEXT.find(what).expect("there");
    let primary = Span::new(FileId(0), at, at + what.len());
    Finding {
        rule,
        level,
        confidence: Confidence::Certain,
        message: format!("<b>\"{what}\"</b> & ]]> 100% 'sure',\r\n::error::\u{1b}[31m\u{7}\u{202e}\u{ffff}"),
        primary,
        primary_text: "taken here".to_owned(),
        labels: vec![Label { span: primary, text: "and here".to_owned() }],
        note: Some("A takes it: B waits, for ever".to_owned()),
        help: Some("give it a TTL".to_owned()),
        session: "app.sweep".to_owned(),
        function: "app.sweep".to_owned(),
        subject: "lock:sweep".to_owned(),
        steps: vec![Label { span: primary, text: "taken".to_owned() }],
        suppressed: None,
        verdict: None,
    }
}

/// Hands a report over: a new finding with two fixes, a known one, an allowed one, a note, a gone one and two problems.
pub(crate) fn with_report<T>(then: impl FnOnce(&Report<'_>) -> T) -> T {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("a b/app,1:%.go", TEXT));
    let mut allowed = finding("leaked-lock", "token", Level::Warning);
    allowed.suppressed = Some("swept by the janitor".to_owned());
    let findings = vec![
        finding("lock-without-expiry", "rdb.SetNX(ctx, \"lock:sweep\", token, 0)", Level::Error),
        finding("leaked-lock", "won", Level::Warning),
        allowed,
        finding("unfenced-write", "func sweep() {\n\twon", Level::Note),
    ];
    let named = |(n, finding)| Entry::new(finding, format!("{n:032x}"));
    let mut entries: Vec<Entry> = findings.into_iter().enumerate().map(named).collect();
    for entry in &mut entries {
        entry.standing = Standing::New;
    }
    entries[1].standing = Standing::Known;
    let zero = TEXT.find("0)").expect("there");
    let edit = |start, end, text: &str| Edit { span: Span::new(FileId(0), start, end), text: text.to_owned() };
    entries[0].fixes = vec![
        Fix { title: "give it a TTL".to_owned(), safe: true, edits: vec![edit(zero, zero + 1, "30*time.Second")] },
        Fix {
            title: "say so".to_owned(),
            safe: false,
            edits: vec![edit(0, 0, "// why\n"), edit(zero + 2, TEXT.len(), "\n}\n")],
        },
    ];
    let gone = [Gone {
        rule: "unfenced-write".to_owned(),
        fingerprint: "0123456789abcdef0123456789abcdef".to_owned(),
        path: "old/gone.go".to_owned(),
        line: 7,
        message: "this was wrong".to_owned(),
    }];
    let problem = |path: &str, kind| Problem {
        path: path.to_owned(),
        span: None,
        kind,
        reason: "not UTF-8".to_owned(),
        message: "byte 3 is no UTF-8".to_owned(),
    };
    let problems = [problem("\u{1b}bad.go", ProblemKind::NotAnalysed), problem("half.go", ProblemKind::Partial)];
    let rules = ["leaked-lock", "lock-without-expiry", "unfenced-write"].map(|slug| {
        let rule = dogpile_rules::find(slug).expect("a rule");
        RuleInfo {
            slug: rule.slug,
            group: rule.group.name(),
            summary: rule.summary,
            docs: rule.docs,
            level: rule.level,
            uri: format!("https://example.com/{slug}"),
        }
    });
    then(&Report {
        tool: Tool { name: "dogpile-lint", version: "0.1.0", uri: "https://example.com" },
        rules: &rules,
        entries: &entries,
        gone: &gone,
        problems: &problems,
        summary: Summary { files_seen: 4, files_analysed: 1, lock_sessions: 1, ..Summary::default() },
        sources: &sources,
        root: "/home/me/app",
    })
}
