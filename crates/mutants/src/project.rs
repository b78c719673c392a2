//! The files that a mutant lives among, and what the linter says of them.

use crate::syntax::{Language, Node, parse};
use anyhow::{Context, Result};
use dogpile_lint::{LintResult, lint_files};
use dogpile_report::Finding;
use dogpile_source::Span;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

/// Files that tell about a project, and files that programs embed.
const BESIDE: [&str; 5] = ["go.mod", "go.work", "package.json", "tsconfig.json", "Cargo.toml"];
/// Folders of others' code, of tools and of tests.
const SKIPPED: [&str; 6] = ["node_modules", "vendor", "target", "dist", "build", "tests"];
/// Larger files are generated.
const LARGEST: u64 = 400_000;

/// Files by path, and the configuration that goes with them.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// For messages.
    pub name: String,
    /// (path, text).
    pub files: Vec<(String, String)>,
    /// Text of a `dogpile.toml`.
    pub config: Option<String>,
}

impl Project {
    /// Reads a folder, and keeps the files that the linter parses there with those that tell about the project.
    pub fn read(folder: &Path) -> Result<Self> {
        let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut project = Self { name, ..Self::default() };
        project.collect(folder, "")?;
        let parsed: BTreeSet<String> = project.lint().sources.iter().map(|(_, source)| source.path.clone()).collect();
        project.files.retain(|(path, _)| Language::of(path).is_none() || parsed.contains(path));
        Ok(project)
    }

    /// All files of a folder, as they are.
    pub fn whole(folder: &Path) -> Result<Self> {
        let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut project = Self { name, ..Self::default() };
        project.collect(folder, "")?;
        Ok(project)
    }

    fn collect(&mut self, folder: &Path, under: &str) -> Result<()> {
        let read = std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
        let mut entries: Vec<std::fs::DirEntry> = read.collect::<Result<_, _>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let (kind, shown) = (entry.file_type()?, format!("{under}{name}"));
            if kind.is_dir() {
                if !SKIPPED.contains(&name.as_str()) && !name.starts_with('.') {
                    self.collect(&entry.path(), &format!("{shown}/"))?;
                }
            } else if name == "dogpile.toml" && under.is_empty() {
                self.config = std::fs::read_to_string(entry.path()).ok();
            } else if kind.is_file()
                && wanted(&name)
                && entry.metadata()?.len() <= LARGEST
                && let Ok(text) = std::fs::read_to_string(entry.path())
            {
                self.files.push((shown, text));
            }
        }
        Ok(())
    }

    /// What the linter says.
    #[must_use]
    pub fn lint(&self) -> LintResult {
        lint_files(self.files.clone(), self.config.as_deref())
    }

    /// The files that a file's locks are made of: those of their stories, with all that stands in their folders.
    #[must_use]
    pub fn around(&self, path: &str, before: &LintResult) -> Self {
        let of = |span: &Span| before.sources.path(*span).to_owned();
        let mut chosen: BTreeSet<String> = BTreeSet::from([path.to_owned()]);
        for spans in before.lifecycles.touched.values() {
            let files: BTreeSet<String> = spans.iter().map(of).collect();
            if files.contains(path) {
                chosen.extend(files);
            }
        }
        let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let folders: BTreeSet<String> = chosen.iter().map(|path| folder(path)).collect();
        let kept =
            |path: &str| Language::of(path).is_none() || chosen.contains(path) || folders.contains(&folder(path));
        let mut other = self.clone();
        other.files.retain(|(path, _)| kept(path));
        other
    }

    /// The text of a file.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|(name, _)| name == path).map(|(_, text)| text.as_str())
    }

    /// The same with other texts for some files; paths that are new are added.
    #[must_use]
    pub fn with(&self, changes: &[(String, String)]) -> Self {
        let mut other = self.clone();
        for (path, text) in changes {
            match other.files.iter_mut().find(|(name, _)| name == path) {
                Some(file) => file.1.clone_from(text),
                None => other.files.push((path.clone(), text.clone())),
            }
        }
        other
    }

    /// A file as a tree.
    #[must_use]
    pub fn tree(&self, path: &str) -> Option<(Language, &str, Node)> {
        let language = Language::of(path)?;
        let text = self.text(path)?;
        Some((language, text, parse(language, path, text)?))
    }
}

fn wanted(name: &str) -> bool {
    let is_test = name.ends_with("_test.go") || name.contains(".test.") || name.contains(".spec.");
    BESIDE.contains(&name) || name.ends_with(".lua") || Language::of(name).is_some() && !is_test
}

/// The bytes of a span.
#[must_use]
pub fn bytes(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// What a finding points to.
#[must_use]
pub fn pointed<'r>(result: &'r LintResult, finding: &Finding) -> &'r str {
    result.sources.get(finding.primary.file).and_then(|file| file.text.get(bytes(finding.primary))).unwrap_or_default()
}
