//! What a run tells in the end.

use super::Tree;
use crate::analysis::{Analysed, files_with_locks, lock_sessions};
use crate::meta_rules::{in_force, slugs};
use crate::pipeline::{Options, Outcome};
use crate::suppress;
use dogpile_ir::{Function, FunctionKind, Module};
use dogpile_report::{Confidence, Entry, Finding, Summary, Translation, fingerprints};
use dogpile_rules::Settings;
use dogpile_source::FileId;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

impl Tree<'_> {
    pub(crate) fn finish(
        &mut self,
        options: &Options<'_>,
        settings: &Settings,
        analysed: Analysed,
        mut found: Vec<Finding>,
    ) -> Outcome {
        suppress::apply(&self.modules, &self.sources, &slugs(), settings, &mut found);
        let sources = &self.sources;
        found.sort_by(|a, b| {
            let place = |f: &Finding| (f.primary.start, f.primary.end, f.rule);
            sources.path(a.primary).cmp(sources.path(b.primary)).then_with(|| place(a).cmp(&place(b)))
        });
        let items = Items::new(&self.modules, &found);
        let names = fingerprints(&found, sources, &|finding| items.item(&finding.function).to_owned());
        let shown =
            |f: &Finding| f.level >= options.min_level && (options.pedantic || f.confidence > Confidence::Possible);
        let (mut entries, mut hidden) = (Vec::new(), Vec::new());
        for (finding, (fingerprint, marks)) in found.into_iter().zip(names) {
            let list = if shown(&finding) { &mut entries } else { &mut hidden };
            list.push(Entry { marks, ..Entry::new(finding, fingerprint) });
        }
        let changed = options.changes.map(|changes| {
            let disk: BTreeMap<&str, &Path> =
                self.files.iter().filter_map(|f| Some((f.path.as_str(), f.disk.as_deref()?))).collect();
            changes.code(&self.modules, sources, &|path| disk.get(path).map(|path| (*path).to_owned()))
        });
        self.problems.sort_by(|a, b| (&a.path, a.span, &a.message).cmp(&(&b.path, b.span, &b.message)));
        self.problems.dedup();
        let translation = self.modules.iter().fold(Translation::default(), |sum, m| Translation {
            statements: sum.statements + u64::from(m.stats.statements),
            opaque: sum.opaque + u64::from(m.stats.opaque),
        });
        let with_findings: BTreeSet<FileId> = entries.iter().map(|entry| entry.finding.primary.file).collect();
        let named = |f: &&Function| !matches!(f.kind, FunctionKind::Closure { .. });
        let functions = self.modules.iter().filter(|m| with_findings.contains(&m.file));
        let functions =
            functions.map(|m| (m.file, m.functions.iter().filter(named).map(|f| f.span).collect())).collect();
        let summary = Summary {
            files_seen: self.files.len(),
            files_analysed: self.modules.len(),
            files_with_locks: files_with_locks(&analysed.lifecycles),
            lock_sessions: lock_sessions(&analysed.lifecycles),
            hidden: hidden.iter().filter(|e| e.finding.suppressed.is_none()).count(),
            cut: analysed.cut.len(),
            translation: options.stats.then_some(translation),
            ..Summary::default()
        };
        let (problems, sources) = (std::mem::take(&mut self.problems), self.sources.clone());
        let (rules, lifecycles) = (in_force(settings), analysed.lifecycles);
        Outcome {
            entries,
            hidden,
            changed,
            problems,
            summary,
            sources,
            rules,
            lifecycles,
            functions,
            ..Outcome::default()
        }
    }
}

/// What functions are called in their packages.
struct Items<'m>(BTreeMap<&'m str, &'m str>);

impl<'m> Items<'m> {
    /// Of the functions that these findings are in.
    fn new(modules: &'m [Arc<Module>], found: &[Finding]) -> Self {
        let wanted: BTreeSet<&str> = found.iter().map(|f| f.function.as_str()).collect();
        let of = |module: &'m Arc<Module>| {
            module.functions.iter().map(move |f| (&*f.name, f.name.strip_prefix(&*module.package)))
        };
        Self(
            modules
                .iter()
                .flat_map(of)
                .filter(|(name, _)| wanted.contains(name))
                .filter_map(|(name, item)| Some((name, item?)))
                .collect(),
        )
    }

    fn item<'f>(&self, function: &'f str) -> &'f str
    where
        'm: 'f,
    {
        self.0.get(function).map_or(function, |item| item.trim_start_matches(['.', ':']))
    }
}
