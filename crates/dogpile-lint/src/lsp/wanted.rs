//! What a client wants: its capabilities and its settings.

use super::places::{Encoding, path_of};
use crate::project::Wanted;
use dogpile_report::Level;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What the client can do, as far as it matters here.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    /// What columns count.
    pub(super) encoding: Encoding,
    /// It asks for diagnostics, and asks again when it is told to: then they need not be sent.
    pub(super) pulls: bool,
    /// It can be asked to watch files.
    pub(super) watches: bool,
    /// It gives its settings when it is asked.
    pub(super) configuration: bool,
    /// It shows pages.
    pub(super) shows: bool,
    /// It shows tags of diagnostics.
    pub(super) tags: bool,
    /// It shows where the parts of a finding lie.
    pub(super) related: bool,
    /// It looks at the version of a text before it changes it.
    pub(super) versions: bool,
}

impl Client {
    #[must_use]
    pub(super) fn new(capabilities: &Value) -> Self {
        let can = |path: &str| capabilities.pointer(path).is_some_and(|v| *v == true);
        let pulls = capabilities.pointer("/textDocument/diagnostic").is_some_and(Value::is_object);
        Self {
            encoding: Encoding::best(&capabilities["general"]["positionEncodings"]),
            pulls: pulls && can("/workspace/diagnostics/refreshSupport"),
            watches: can("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            configuration: can("/workspace/configuration"),
            shows: can("/window/showDocument/support"),
            tags: capabilities
                .pointer("/textDocument/publishDiagnostics/tagSupport")
                .is_some_and(|v| !v.is_null() && *v != false),
            related: can("/textDocument/publishDiagnostics/relatedInformation"),
            versions: can("/workspace/workspaceEdit/documentChanges"),
        }
    }
}

/// Settings of the server, as `initializationOptions` or as the section `dogpile`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Settings {
    config: Option<String>,
    min_level: Option<Level>,
    pedantic: bool,
    /// Severities (1 error … 4 hint) of errors, warnings and notes.
    severity: [Option<u8>; 3],
}

const LEVELS: [Level; 3] = [Level::Error, Level::Warning, Level::Note];

impl Settings {
    /// Reads settings; the second part says what is wrong with them.
    #[must_use]
    pub(super) fn read(value: &Value) -> (Self, Vec<String>) {
        let mut settings = Self::default();
        let mut wrong = Vec::new();
        for (name, value) in value.as_object().into_iter().flatten() {
            match (name.as_str(), value) {
                (_, Value::Null) => {}
                ("config", Value::String(file)) => settings.config = Some(file.clone()),
                ("pedantic", Value::Bool(on)) => settings.pedantic = *on,
                ("minLevel", Value::String(level)) if Level::from_name(level).is_some_and(|l| l != Level::Off) => {
                    settings.min_level = Level::from_name(level);
                }
                ("severity", Value::Object(map)) => {
                    for (level, shown) in map {
                        let slot = LEVELS.iter().position(|l| l.name() == level);
                        let number = ["error", "warning", "information", "hint"].iter().position(|s| *shown == *s);
                        match (slot, number.and_then(|n| u8::try_from(n + 1).ok())) {
                            (Some(slot), Some(number)) => settings.severity[slot] = Some(number),
                            _ => wrong.push(format!("severity of `{level}`: {shown} is none")),
                        }
                    }
                }
                ("config" | "pedantic" | "minLevel" | "severity", value) => {
                    wrong.push(format!("{name}: {value} is not understood"))
                }
                _ => wrong.push(format!("there is no setting `{name}`")),
            }
        }
        (settings, wrong)
    }

    /// The severity that a level is shown with.
    #[must_use]
    pub(super) fn severity(&self, level: Level) -> u8 {
        let slot = LEVELS.iter().position(|l| *l == level).unwrap_or(2);
        self.severity[slot].unwrap_or([1, 2, 3][slot])
    }

    /// What this means for a project; a relative path is one of the first folder.
    #[must_use]
    pub(super) fn wanted(&self, folder: Option<&Path>) -> Wanted {
        let config =
            self.config.as_ref().map(|file| folder.map_or_else(|| PathBuf::from(file), |folder| folder.join(file)));
        Wanted { config, min_level: self.min_level, pedantic: self.pedantic }
    }
}

/// The folders of `initialize`.
#[must_use]
pub(super) fn folders(params: &Value) -> Vec<PathBuf> {
    let listed =
        params["workspaceFolders"].as_array().into_iter().flatten().filter_map(|f| path_of(f["uri"].as_str()?));
    let mut all: Vec<PathBuf> = listed.collect();
    if all.is_empty() {
        let root = params["rootUri"].as_str().and_then(path_of);
        let root = root.or_else(|| params["rootPath"].as_str().map(PathBuf::from));
        all.extend(root.filter(|root| root.is_absolute()));
    }
    all.sort();
    all.dedup();
    // A folder within another one is part of it.
    let nested: Vec<PathBuf> =
        all.iter().filter(|a| all.iter().any(|b| *a != b && a.starts_with(b))).cloned().collect();
    all.retain(|folder| !nested.contains(folder));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_are_read_and_judged() {
        let (settings, wrong) = Settings::read(&json!({
            "minLevel": "warning", "pedantic": true, "config": "ci/dogpile.toml", "severity": { "note": "hint" }
        }));
        assert_eq!(wrong, Vec::<String>::new());
        let wanted = settings.wanted(Some(Path::new("/w")));
        assert_eq!(
            wanted,
            Wanted { config: Some("/w/ci/dogpile.toml".into()), min_level: Some(Level::Warning), pedantic: true }
        );
        assert_eq!([Level::Error, Level::Warning, Level::Note].map(|l| settings.severity(l)), [1, 2, 4]);
        let (_, wrong) =
            Settings::read(&json!({ "minlevel": "error", "minLevel": "off", "severity": { "note": "loud" } }));
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert_eq!(Settings::read(&Value::Null), (Settings::default(), Vec::new()));
    }

    #[test]
    fn folders_are_those_of_the_client() {
        let of =
            |uris: &[&str]| json!({ "workspaceFolders": uris.iter().map(|u| json!({ "uri": u })).collect::<Vec<_>>() });
        assert_eq!(folders(&of(&["file:///b", "file:///a", "file:///a/c"])), [Path::new("/a"), Path::new("/b")]);
        assert_eq!(folders(&json!({ "workspaceFolders": null, "rootUri": "file:///r" })), [Path::new("/r")]);
        assert!(folders(&json!({ "rootUri": null })).is_empty());
    }
}
