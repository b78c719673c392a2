//! Findings about `dogpile:` comments themselves, and the list of all rules.

use dogpile_report::{Level, RuleInfo, Tool};
use dogpile_rules::Settings;

/// Where the project lives.
pub(crate) const HOME: &str = "https://github.com/dogpile-lint/dogpile-lint";

/// Who reports.
pub(crate) const TOOL: Tool = Tool { name: "dogpile-lint", version: env!("CARGO_PKG_VERSION"), uri: HOME };

/// An allow with no reason.
pub(crate) const WITHOUT_REASON: &str = "suppression-without-reason";
/// An allow that allows nothing.
pub(crate) const UNUSED: &str = "unused-suppression";
/// A comment that is addressed to us and not understood.
pub(crate) const MALFORMED: &str = "malformed-annotation";

/// A rule about comments.
#[derive(Debug)]
struct Meta {
    slug: &'static str,
    summary: &'static str,
    docs: &'static str,
}

const META: &[Meta] = &[
    Meta {
        slug: MALFORMED,
        summary: "a `dogpile:` comment that is not understood",
        docs: include_str!("meta_rules/malformed-annotation.md"),
    },
    Meta {
        slug: WITHOUT_REASON,
        summary: "a `dogpile: allow` that does not say why",
        docs: include_str!("meta_rules/suppression-without-reason.md"),
    },
    Meta {
        slug: UNUSED,
        summary: "a `dogpile: allow` for a finding that is not there",
        docs: include_str!("meta_rules/unused-suppression.md"),
    },
];

/// One rule as `rules` and `explain` show it.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// What reports know of it; its level is the default one.
    pub info: RuleInfo,
    /// First version that had it.
    pub since: &'static str,
}

/// Every rule with its default level, sorted by slug.
#[must_use]
pub(crate) fn listed() -> Vec<Listed> {
    let rules = dogpile_rules::all().iter().map(|rule| Listed {
        info: RuleInfo {
            slug: rule.slug,
            group: rule.group.name(),
            summary: rule.summary,
            docs: rule.docs,
            level: rule.level,
            uri: format!("{HOME}/blob/main/rules/{}/{}/rule.md", rule.group.name(), rule.slug.replace('-', "_")),
        },
        since: rule.since,
    });
    let meta = META.iter().map(|meta| Listed {
        info: RuleInfo {
            slug: meta.slug,
            group: "comments",
            summary: meta.summary,
            docs: meta.docs,
            level: Level::Warning,
            uri: format!("{HOME}/blob/main/crates/dogpile-lint/src/meta_rules/{}.md", meta.slug),
        },
        since: "0.1.0",
    });
    let mut all: Vec<_> = rules.chain(meta).collect();
    all.sort_by_key(|rule| rule.info.slug);
    all
}

/// Every slug, sorted.
#[must_use]
pub(crate) fn slugs() -> Vec<&'static str> {
    listed().into_iter().map(|rule| rule.info.slug).collect()
}

/// Every rule with the level that it has under these settings.
#[must_use]
pub(crate) fn in_force(settings: &Settings) -> Vec<RuleInfo> {
    let level = |rule: &RuleInfo| settings.levels.get(rule.slug).copied().unwrap_or(rule.level);
    listed().into_iter().map(|rule| RuleInfo { level: level(&rule.info), ..rule.info }).collect()
}
