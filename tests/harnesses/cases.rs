//! A harness for every bad example on a rule's page.

use dogpile_emit::{Harness, Language, Request, emit};
use dogpile_harness::explore::Bounds;
use dogpile_harness::judge::{Opinion, judge, try_repair};
use dogpile_harness::lower::Subject;
use dogpile_lint::lint_files;
use dogpile_report::Level;
use dogpile_rules::Rule;
use dogpile_suite::pages::{Block, blocks};
use std::path::{Path, PathBuf};

/// A harness and what it is of.
pub(crate) struct Case {
    /// Names a file and a module: `unconditional_release_1`.
    pub(crate) name: String,
    pub(crate) harness: Harness,
    /// What a failing run must say.
    pub(crate) breaks: String,
    pub(crate) language: Language,
}

impl Case {
    /// The harness after the one edit that its comment tells.
    pub(crate) fn repaired(&self) -> String {
        let (written, repaired) = dogpile_emit::switch(self.language);
        assert_eq!(self.harness.text.matches(written).count(), 1, "{}: one switch", self.name);
        self.harness.text.replace(written, repaired)
    }
}

/// The cases of a language: its own blocks in the order of the rules; where a page has none in it, another language's,
/// since a protocol has no language; and one whose key and path are as odd as can be.
/// With a client in place of the pages' own, if one is named.
pub(crate) fn cases(language: Language, client: Option<&str>) -> Vec<Case> {
    let mut out = Vec::new();
    for rule in dogpile_rules::all() {
        let bad: Vec<Block> = blocks(rule.docs).into_iter().filter(|block| block.section == "Bad").collect();
        let own = |block: &&Block| block.language.extension == extension(language);
        let lent =
            |block: &&Block| bad.first().is_some_and(|first| block.language.extension == first.language.extension);
        let chosen: Vec<&Block> = if bad.iter().any(|block| own(&block)) {
            bad.iter().filter(own).collect()
        } else {
            bad.iter().filter(lent).collect()
        };
        for block in chosen {
            for case in written(rule, language, client, &block.path, &block.text) {
                out.push(Case { name: format!("{}_{}", case.name, out.len() + 1), ..case });
            }
        }
    }
    let rule = dogpile_rules::find("unconditional-release").expect("a rule");
    let (path, text) = odd(language);
    let odd = written(rule, language, client, &path, &text);
    assert_eq!(odd.len(), 1, "the odd one is found: {text}");
    out.extend(odd.into_iter().map(|case| Case { name: "odd".to_owned(), ..case }));
    out
}

fn written(rule: &'static Rule, language: Language, client: Option<&str>, path: &str, text: &str) -> Vec<Case> {
    let on = format!("[rules]\n{} = \"note\"\n", rule.slug);
    let config = (rule.level == Level::Off).then_some(on.as_str());
    let result = lint_files(vec![(path.to_owned(), text.to_owned())], config);
    let mut out = Vec::new();
    for finding in result.findings.iter().filter(|f| f.rule == rule.slug) {
        let Opinion::Broken(found) =
            judge(&result.lifecycles, rule, &finding.session, finding.primary, &Bounds::default())
        else {
            continue;
        };
        let subject =
            Subject::find(&result.lifecycles, rule.subject(), &finding.session, finding.primary).expect("a subject");
        let trial = try_repair(&subject, rule, finding.primary, found.claim, &Bounds::default()).expect("a repair");
        let place = |span| format!("{path}:{}", result.sources.start(span).line);
        let at = place(finding.primary);
        let request = Request {
            language,
            client: client.unwrap_or(subject.client()),
            rule: rule.slug,
            message: &finding.message,
            at: &at,
            found: &found,
            trial: &trial,
            place: &place,
            package: "harness",
        };
        let harness = emit(&request).expect("a harness");
        out.push(Case { name: rule.slug.replace('-', "_"), harness, breaks: breaks(&found.breach.says), language });
    }
    out
}

/// Everything that ends a string, a comment or a line somewhere, or begins something else in one.
pub(crate) const ODD: &str = "odd ' \" ` \\ ${x} */ // -- % {0} «» #\"# r#\" \t\n\u{2028}\u{202e}+build ";

/// A lock with an odd key, in a file with an odd name.
fn odd(language: Language) -> (String, String) {
    let rust = language == Language::Rust;
    let escaped =
        |c: char| if rust { format!("\\u{{{:x}}}", u32::from(c)) } else { format!("\\u{:04x}", u32::from(c)) };
    let key: String = ODD.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { escaped(c) }).collect();
    let rule = dogpile_rules::find("unconditional-release").expect("a rule");
    let page = blocks(rule.docs);
    let block =
        page.iter().find(|b| b.section == "Bad" && b.language.extension == extension(language)).expect("a block");
    let plain = "lock:feed:";
    assert!(block.text.contains(plain), "the page's key");
    (format!("{}{}", ODD.replace('/', "|"), block.path), block.text.replace(plain, &key))
}

/// What breaks, without the numbers of this run: how long a lease has left differs on a server.
fn breaks(says: &str) -> String {
    says.split(" taken for ").next().unwrap_or(says).to_owned()
}

fn extension(language: Language) -> &'static str {
    match language {
        Language::Go => "go",
        Language::TypeScript | Language::JavaScript => "ts",
        Language::Rust => "rs",
    }
}

/// A pinned manifest of the clients.
pub(crate) fn manifest(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("harness-clients").join(name)
}
