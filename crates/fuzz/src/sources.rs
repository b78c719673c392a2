//! Source code: each front end by itself, and the whole linter.

use dogpile_ir::{Module, parse_module, print_module, validate_in};
use dogpile_lint::{LintResult, fuzzing, lint_files};
use dogpile_report::{
    Entry, Finding, Looks, Report, Summary, Tool, to_checkstyle, to_concise, to_github, to_gitlab, to_html, to_json,
    to_junit, to_sarif, to_text,
};
use dogpile_source::{FileId, SourceFile, SourceMap};

/// What the program gives its threads.
const STACK: usize = 64 << 20;

/// Trees of files: `-- name --`, then its text.
pub(crate) const TREES: &[&str] = &[
    "-- go.mod --\nmodule example.com/a\n\nreplace example.com/b => ./b\n-- go.work --\ngo 1.22\nuse (\n\t.\n\t./b\n)\n-- b/go.mod --\nmodule example.com/b\n-- a.go --\npackage a\n\nimport (\n\t\"context\"\n\t\"time\"\n\t\"example.com/b\"\n\t\"github.com/redis/go-redis/v9\"\n)\n\nfunc F(ctx context.Context, r *redis.Client) {\n\tif ok, _ := r.SetNX(ctx, b.Key, 1, time.Second).Result(); !ok {\n\t\treturn\n\t}\n\tdefer r.Del(ctx, b.Key)\n}\n-- b/b.go --\npackage b\n\nconst Key = \"lock:b\"\n",
    "-- dogpile.toml --\n[models]\nfiles = [\"m.toml\"]\n\n[lint]\nexclude = [\"x/**\"]\n\n[[wrapper]]\nfunction = \"app.src.lock.take\"\nacquires = { key = \"arg0\", ttl = \"5s\" }\n-- m.toml --\nname = \"own\"\n-- package.json --\n{\"name\": \"@a/b\", \"exports\": {\".\": {\"import\": \"./dist/i.js\"}, \"./*\": \"./dist/*.js\"}, \"imports\": {\"#in/*\": \"./src/*.js\"}, \"workspaces\": [\"p/*\"]}\n-- tsconfig.json --\n{\"extends\": [\"./base.json\", \"@x/y\"], \"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {\"@/*\": [\"./src/*\"],}}, /* c */ \"references\": [{\"path\": \"./p\"}]}\n-- base.json --\n{\"extends\": \"./tsconfig.json\", \"compilerOptions\": {\"paths\": {\"~*\": [\"${configDir}/src/*\"]}}}\n-- src/i.ts --\nimport Redis from 'ioredis';\nimport { key } from '@/k';\nexport async function f(r: Redis) {\n  const ok = await r.set(key, '1', 'PX', 5000, 'NX');\n  if (!ok) return;\n  try { await work(); } finally { await r.del(key); }\n}\n-- src/k.ts --\nexport const key = `lock:${1}`;\n",
    "-- Cargo.toml --\n[workspace]\nmembers = [\"a\", \"b*\"]\n[package]\nname = \"w\"\n[dependencies]\na = { path = \"a\", package = \"a-a\" }\n[lib]\npath = \"src/l.rs\"\n-- a/Cargo.toml --\n[package]\nname = \"a-a\"\n-- src/l.rs --\nmod m;\nuse redis::Commands;\nconst SCRIPT: &str = include_str!(\"../s.lua\");\npub fn f(c: &mut redis::Connection) -> redis::RedisResult<()> {\n    let won: bool = c.set_nx(a_a::KEY, 1)?;\n    if won { redis::Script::new(SCRIPT).key(a_a::KEY).arg(1).invoke(c)?; }\n    Ok(())\n}\n-- src/m.rs --\n-- s.lua --\nif redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end\n-- a/src/lib.rs --\npub const KEY: &str = \"lock:a\";\n",
];

pub(crate) fn go(input: &[u8]) {
    let _ = dogpile_front_go::outline(&String::from_utf8_lossy(input));
    module(input, "case.go", |text| dogpile_front_go::parse(FileId(0), "example.com/app", text));
}

pub(crate) fn typescript(input: &[u8]) {
    module(input, "src/case.tsx", |text| {
        dogpile_front_ts::parse(FileId(0), "app/src/case", "src/case.tsx", text, &dogpile_front_ts::Unresolved)
    });
    module(input, "src/case.ts", |text| {
        dogpile_front_ts::parse(FileId(0), "app/src/case", "src/case.ts", text, &dogpile_front_ts::Unresolved)
    });
}

pub(crate) fn rust(input: &[u8]) {
    module(input, "src/case.rs", |text| dogpile_front_rust::parse(FileId(0), "app::case", text));
    module(input, "src/case.rs", |text| dogpile_front_rust::parse_without_tests(FileId(0), "app::case", text));
}

/// A module keeps the promises of the IR whatever it was made of, and its text is read back as itself.
fn module(input: &[u8], path: &str, parse: impl Fn(&str) -> Module + Sync) {
    let text = String::from_utf8_lossy(input);
    deep(|| {
        let module = parse(&text);
        let file = SourceFile::new(path, &*text);
        let broken = validate_in(&module, &file);
        assert!(broken.is_empty(), "the module breaks a promise: {:?}", broken.first());
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let outside = module.problems.iter().find(|p| p.span.end > length || p.span.start > p.span.end);
        assert!(outside.is_none(), "a problem lies outside the file: {outside:?}");
        let printed = print_module(&module);
        if let Ok(read) = parse_module(&printed, FileId(0)) {
            assert_eq!(print_module(&read), printed, "the text of the module is read as something else");
        }
    });
}

pub(crate) fn lint_go(input: &[u8]) {
    lint(vec![("go.mod".to_owned(), "module example.com/app\n".to_owned()), ("case.go".to_owned(), text(input))], None);
}

pub(crate) fn lint_typescript(input: &[u8]) {
    lint(
        vec![("package.json".to_owned(), "{\"name\": \"app\"}".to_owned()), ("src/case.ts".to_owned(), text(input))],
        None,
    );
}

pub(crate) fn lint_rust(input: &[u8]) {
    lint(
        vec![
            ("Cargo.toml".to_owned(), "[package]\nname = \"app\"\n".to_owned()),
            ("src/case.rs".to_owned(), text(input)),
        ],
        None,
    );
}

pub(crate) fn fix_go(input: &[u8]) {
    fix(&[
        ("go.mod".to_owned(), "module example.com/app\n\ngo 1.22\n".to_owned()),
        ("case.go".to_owned(), text(input)),
    ]);
}

pub(crate) fn fix_typescript(input: &[u8]) {
    fix(&[("package.json".to_owned(), "{\"name\": \"app\"}".to_owned()), ("src/case.ts".to_owned(), text(input))]);
}

pub(crate) fn fix_rust(input: &[u8]) {
    fix(&[
        ("Cargo.toml".to_owned(), "[package]\nname = \"app\"\n".to_owned()),
        ("src/case.rs".to_owned(), text(input)),
    ]);
}

/// Every edit replaces what is there.
fn fix(files: &[(String, String)]) {
    for (path, range) in fuzzing::fixes(files) {
        let text = files.iter().find(|(name, _)| *name == path).map(|(_, text)| text.as_str());
        assert!(
            text.is_some_and(|text| text.get(range.clone()).is_some()),
            "an edit of {path} lies outside: {range:?}"
        );
    }
}

pub(crate) fn tree(input: &[u8]) {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text(input).split_inclusive('\n') {
        let name = line.trim_end().strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --"));
        match (name, files.last_mut()) {
            (Some(name), _) => files.push((name.to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => {}
        }
    }
    let config = files.iter().find(|(name, _)| name == "dogpile.toml").map(|(_, text)| text.clone());
    lint(files, config.as_deref());
}

/// Nothing fails, every place lies in the file that it names, and no report has a character that steers a terminal.
fn lint(files: Vec<(String, String)>, config: Option<&str>) {
    checked(lint_files(files, config));
}

/// Holds what was found to this.
pub(crate) fn checked(result: LintResult) {
    let failed = result.problems.iter().find(|p| p.contains(" failed: ") || p.contains("failed on this file"));
    assert!(failed.is_none(), "{failed:?}");
    for finding in &result.findings {
        placed(finding, &result.sources);
    }
    let entries: Vec<Entry> = result.findings.iter().map(|f| Entry::new(f.clone(), "0123".to_owned())).collect();
    let report = Report {
        tool: Tool { name: "dogpile-lint", version: "0", uri: "" },
        rules: &[],
        entries: &entries,
        gone: &[],
        problems: &[],
        summary: Summary::default(),
        sources: &result.sources,
        root: "/r",
    };
    let plain = Looks::default();
    let all = [
        to_text(&report, plain),
        to_concise(&report),
        to_json(&report),
        to_sarif(&report),
        to_github(&report),
        to_gitlab(&report),
        to_junit(&report),
        to_checkstyle(&report),
    ];
    for text in all {
        let raw = text.chars().find(|c| hides(*c) && *c != '\n');
        assert!(raw.is_none(), "a report has the character {raw:?}");
    }
    // Code on a page keeps its tabs.
    let raw = to_html(&report).chars().find(|c| hides(*c) && !matches!(c, '\n' | '\t'));
    assert!(raw.is_none(), "the page has the character {raw:?}");
}

/// Whether a character steers a terminal, or makes text look like another one.
fn hides(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn placed(finding: &Finding, sources: &SourceMap) {
    let labels = finding.labels.iter().map(|label| label.span);
    for span in labels.chain([finding.primary]) {
        let file = sources.get(span.file);
        let text = file.map_or("", |file| &*file.text);
        let (start, end) = (span.start as usize, span.end as usize);
        assert!(
            file.is_some() && start <= end && text.get(start..end).is_some(),
            "{} lies outside its file: {span:?}",
            finding.rule
        );
    }
}

fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

/// Runs on a stack like those of the program.
pub(crate) fn deep(call: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, call);
        if let Ok(Err(panic)) = thread.map(std::thread::ScopedJoinHandle::join) {
            std::panic::resume_unwind(panic);
        }
    });
}
