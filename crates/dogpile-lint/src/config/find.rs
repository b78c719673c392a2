//! Which configuration holds.

use super::{Config, ConfigError, FILE_NAME, parse};
use crate::bounded;
use std::path::{Component, Path, PathBuf};

/// A configuration and where it came from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// What is configured.
    pub config: Config,
    /// The file, absolute; `None`: there is none, and all is default.
    pub file: Option<PathBuf>,
}

impl Found {
    /// The folder that its paths are relative to.
    #[must_use]
    pub(crate) fn root(&self) -> Option<&Path> {
        self.file.as_deref().and_then(Path::parent)
    }
}

/// The nearest `dogpile.toml` in the folder of an absolute path or above it; the search ends at a repository's root.
#[must_use]
pub(crate) fn find(path: &Path) -> Option<PathBuf> {
    let start = if path.is_dir() { path } else { path.parent()? };
    for folder in start.ancestors() {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Reads a configuration and the model files that it names.
///
/// # Errors
/// The first thing that is wrong with it, or with a file that it names.
pub(crate) fn load(file: &Path, shown: &str, slugs: &[&str]) -> Result<Found, ConfigError> {
    let unreadable = |message: String| ConfigError::Unreadable { file: shown.to_owned(), message };
    let text = bounded::named(file, bounded::CONFIGURATION).map_err(|e| unreadable(e.to_string()))?;
    let (mut config, models) = parse(shown, &text, slugs)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    for (name, line) in models {
        let wrong = |message: String| ConfigError::Invalid { file: shown.to_owned(), line, message };
        let path = inside(folder, &name).map_err(|why| wrong(format!("model file `{name}` {why}")))?;
        let text =
            bounded::text(&path, bounded::CONFIGURATION).map_err(|e| wrong(format!("model file `{name}`: {e}")))?;
        config.models.push((name, text));
    }
    Ok(Found { config, file: Some(file.to_owned()) })
}

/// A relative path in a folder, unless it leads out of it, by name or by link.
pub(crate) fn inside(folder: &Path, name: &str) -> Result<PathBuf, &'static str> {
    let relative = Path::new(name);
    if relative.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err("lies outside the folder of the configuration");
    }
    let path = folder.join(relative);
    match (path.canonicalize(), folder.canonicalize()) {
        (Ok(real), Ok(root)) if !real.starts_with(&root) => Err("leads out of the folder of the configuration"),
        (Err(_), _) => Err("cannot be found"),
        _ => Ok(path),
    }
}
