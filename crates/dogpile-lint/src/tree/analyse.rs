//! What the analysis and the rules make of what is parsed.

use super::{Tree, bug, id_of};
use crate::analysis::{Analysed, Facts, analyse};
use crate::follow::{Mentions, Sought};
use crate::guard::guarded;
use crate::input::LANGUAGES;
use crate::pipeline::{ANALYSIS_FAILED, Options};
use crate::warm::Search;
use dogpile_ir::Module;
use dogpile_report::{Finding, Problem, ProblemKind};
use dogpile_rules::Settings;
use dogpile_source::FileId;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

impl Tree<'_> {
    /// Analyses what is parsed. Before the `last` round, locks are told only where no file is missing.
    pub(crate) fn analyse(&mut self, options: &Options<'_>, last: bool) -> Analysed {
        self.modules.sort_by_key(|module| (module.lang, module.file));
        let (own, faults) =
            crate::wrappers::extended(options.models, &options.config.wrappers, &self.modules, &self.sources);
        for fault in &faults {
            let problem = Problem {
                path: String::new(),
                span: None,
                kind: ProblemKind::Partial,
                reason: "wrapper".to_owned(),
                message: fault.clone(),
            };
            self.problems.push(problem);
        }
        if !own.is_empty() {
            // What wrappers do is said by the files that are there so far.
            self.memories.clear();
        }
        let mut memories = std::mem::take(&mut self.memories);
        let absent = self.absent();
        let places = self.places();
        let facts = Facts {
            modules: &places,
            sources: &self.sources,
            models: options.models,
            own: &own,
            config: options.config,
            latency: options.latency,
            aliases: options.packages.aliases(),
            embedded: &self.embedded,
            absent: &absent,
            touches: options.touches,
            stop: self.stop,
        };
        let missing = |names: &[String]| !last && !self.mentioning(names).is_empty();
        match guarded(|| analyse(&facts, &mut memories, &missing)) {
            Ok(analysed) => {
                if own.is_empty() {
                    self.memories = memories;
                }
                analysed
            }
            Err(panic) => {
                let problem = bug(String::new(), format!("the analysis failed: {panic}"));
                self.problems.push(Problem { reason: ANALYSIS_FAILED.to_owned(), ..problem });
                Analysed::default()
            }
        }
    }

    /// A module for each file of the languages that are there, in their order.
    fn places(&self) -> Vec<Arc<Module>> {
        let parsed: BTreeMap<FileId, &Arc<Module>> = self.modules.iter().map(|module| (module.file, module)).collect();
        let mut places = Vec::new();
        for lang in LANGUAGES.into_iter().filter(|lang| self.modules.iter().any(|module| module.lang == *lang)) {
            let absent = Arc::new(Module::absent(lang));
            let files = self.files.iter().enumerate().filter(|(_, file)| file.lang == lang);
            places.extend(files.map(|(index, _)| Arc::clone(parsed.get(&id_of(index)).copied().unwrap_or(&absent))));
        }
        places
    }

    /// Files not parsed yet that mention one of these names.
    pub(crate) fn mentioning(&self, names: &[String]) -> BTreeSet<usize> {
        if names.is_empty() {
            return BTreeSet::new();
        }
        let words = Sought::new(names, &self.modules, self.packages);
        let mut searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let at = searches.iter().position(|search| search.words == words).unwrap_or_else(|| {
            searches.push(Search { words, found: BTreeMap::new(), read: BTreeMap::new(), used: true });
            searches.len() - 1
        });
        let search = &mut searches[at];
        search.used = true;
        let open: Vec<usize> = (0..self.files.len())
            .filter(|i| !self.parsed.contains(i) && search.words.concerns(&self.files[*i]))
            .collect();
        let known = |i: &usize| search.known(*i, self.files[*i].text.as_ref());
        let (old, new): (Vec<usize>, Vec<usize>) = open.into_iter().partition(|i| known(i).is_some());
        let mut found: BTreeSet<usize> = old.into_iter().filter(|i| known(i) == Some(true)).collect();
        if !new.is_empty() {
            let mentions = Mentions::new(&search.words);
            let stands = |i: usize| {
                let file = &self.files[i];
                // A tree holds more text than memory should.
                let found = self.with_text(i, |text| mentions.stand_in(file, text, self.packages))?;
                Some((i, file.text.clone(), found))
            };
            let new: Vec<(usize, Option<Arc<str>>, bool)> = new.into_par_iter().filter_map(stands).collect();
            found.extend(new.iter().filter(|(.., stands)| *stands).map(|(i, ..)| *i));
            // Texts that were not kept are not kept here either.
            for (i, text, stands) in new {
                match text {
                    Some(text) => drop(search.found.insert(i, (text, stands))),
                    None => drop(search.read.insert(i, stands)),
                }
            }
        }
        found
    }

    /// The searches of this run, for a later one.
    pub(crate) fn searched(&mut self) -> Vec<Search> {
        let mut searches = std::mem::take(self.searches.get_mut().unwrap_or_else(PoisonError::into_inner));
        searches.retain(|search| search.used);
        for search in &mut searches {
            search.used = false;
            search.read.clear();
        }
        searches
    }

    pub(crate) fn judge(&mut self, analysed: &Analysed, settings: &Settings) -> Vec<Finding> {
        let mut found = Vec::new();
        for rule in dogpile_rules::all() {
            match guarded(|| dogpile_rules::run_rule(rule, &analysed.lifecycles, settings)) {
                Ok(findings) => found.extend(findings),
                Err(panic) => self.problems.push(bug(String::new(), format!("the rule {} failed: {panic}", rule.slug))),
            }
        }
        dogpile_rules::finish(found)
    }
}
