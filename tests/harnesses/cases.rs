//! A harness for every bad example on a rule's page.

use crate::pages::{Block, blocks};
use dogpile_emit::{Harness, Language, Request, emit};
use dogpile_harness::explore::Bounds;
use dogpile_harness::judge::{Opinion, judge, try_repair};
use dogpile_harness::lower::Subject;
use dogpile_lint::lint_files;
use dogpile_report::Level;
use std::path::{Path, PathBuf};

/// A harness and what it is of.
pub(crate) struct Case {
    /// Names a file and a module: `unconditional_release_1`.
    pub(crate) name: String,
    pub(crate) harness: Harness,
    /// What a failing run must say.
    pub(crate) breaks: String,
    language: Language,
}

impl Case {
    /// The harness after the one edit that its comment tells.
    pub(crate) fn repaired(&self) -> String {
        let (written, repaired) = dogpile_emit::switch(self.language);
        assert_eq!(self.harness.text.matches(written).count(), 1, "{}: one switch", self.name);
        self.harness.text.replace(written, repaired)
    }
}

/// The cases of a language, in the order of the rules.
pub(crate) fn cases(language: Language) -> Vec<Case> {
    let mut out = Vec::new();
    for rule in dogpile_rules::all() {
        let mine = |block: &Block| block.section == "Bad" && block.language.extension == extension(language);
        let mut number = 0;
        for block in blocks(rule.docs).into_iter().filter(mine) {
            let on = format!("[rules]\n{} = \"note\"\n", rule.slug);
            let config = (rule.level == Level::Off).then_some(on.as_str());
            let result = lint_files(vec![(block.path.clone(), block.text.clone())], config);
            for finding in result.findings.iter().filter(|f| f.rule == rule.slug) {
                let Opinion::Broken(found) = judge(&result.lifecycles, rule, &finding.session, finding.primary, &Bounds::default()) else { continue };
                let subject = Subject::find(&result.lifecycles, rule.subject(), &finding.session, finding.primary).expect("a subject");
                let trial = try_repair(&subject, rule, finding.primary, found.claim, &Bounds::default()).expect("a repair");
                let place = |span| format!("{}:{}", block.path, result.sources.start(span).line);
                let at = place(finding.primary);
                let request = Request {
                    language,
                    client: subject.client(),
                    rule: rule.slug,
                    message: &finding.message,
                    at: &at,
                    found: &found,
                    trial: &trial,
                    place: &place,
                    package: "harness",
                };
                number += 1;
                let name = format!("{}_{number}", rule.slug.replace('-', "_"));
                out.push(Case { name, harness: emit(&request).expect("a harness"), breaks: breaks(&found.breach.says), language });
            }
        }
    }
    out
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

/// A folder for a language's harnesses and what they are built with, with the pinned manifests in it. What earlier
/// runs built stays; their harnesses do not.
pub(crate) fn folder(language: &str, manifests: &[&str], sources: &str) -> PathBuf {
    let folder = target().join("harness-clients").join(language);
    let _ = std::fs::remove_dir_all(folder.join(sources));
    std::fs::create_dir_all(folder.join(sources)).expect("a folder for harnesses");
    for manifest in manifests {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness-clients").join(manifest);
        std::fs::copy(&from, folder.join(manifest)).unwrap_or_else(|why| panic!("{}: {why}", from.display()));
    }
    folder
}

/// Where this test was built: `target/debug/deps/harnesses-…` is three below.
fn target() -> PathBuf {
    let this = std::env::current_exe().expect("this test's own path");
    this.ancestors().nth(3).expect("a target folder").to_owned()
}
