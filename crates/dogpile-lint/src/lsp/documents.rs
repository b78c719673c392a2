//! Open buffers.

use super::places::{Encoding, Lines, path_of};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A buffer as the client has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Document {
    /// The client's own way to write its address.
    pub(super) uri: String,
    /// The client's number of this text.
    pub(super) version: i64,
    /// The text.
    pub(super) text: Arc<str>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<PathBuf, Document>,
}

impl Documents {
    #[must_use]
    pub(super) fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    /// `didOpen`; the file, if it is one.
    pub(super) fn open(&mut self, params: &Value) -> Option<(PathBuf, Arc<str>)> {
        let document = &params["textDocument"];
        let uri = document["uri"].as_str()?;
        let path = path_of(uri)?;
        let text: Arc<str> = Arc::from(document["text"].as_str()?);
        let version = document["version"].as_i64().unwrap_or(0);
        self.open.insert(path.clone(), Document { uri: uri.to_owned(), version, text: Arc::clone(&text) });
        Some((path, text))
    }

    /// `didChange`; the file and its text, if it is open and the change can be made.
    pub(super) fn change(&mut self, params: &Value, encoding: Encoding) -> Option<(PathBuf, Arc<str>)> {
        let path = path_of(params["textDocument"]["uri"].as_str()?)?;
        let document = self.open.get_mut(&path)?;
        let mut text = document.text.to_string();
        for change in params["contentChanges"].as_array()? {
            let new = change["text"].as_str()?;
            match change.get("range").filter(|range| !range.is_null()) {
                Some(range) => {
                    let bytes = Lines::new(&text, encoding).bytes(range)?;
                    text.replace_range(bytes, new);
                }
                None => new.clone_into(&mut text),
            }
        }
        document.version = params["textDocument"]["version"].as_i64().unwrap_or(document.version);
        document.text = Arc::from(text);
        Some((path, Arc::clone(&document.text)))
    }

    /// `didClose`.
    pub(super) fn close(&mut self, params: &Value) -> Option<PathBuf> {
        let path = path_of(params["textDocument"]["uri"].as_str()?)?;
        self.open.remove(&path).map(|_| path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changed(text: &str, encoding: Encoding, changes: &Value) -> Option<String> {
        let mut documents = Documents::default();
        documents.open(&json!({ "textDocument": { "uri": "file:///a.go", "version": 1, "text": text } }))?;
        let params = json!({ "textDocument": { "uri": "file:///a.go", "version": 2 }, "contentChanges": changes });
        let (path, text) = documents.change(&params, encoding)?;
        assert_eq!(documents.get(&path).map(|d| d.version), Some(2));
        Some(text.to_string())
    }

    fn range(from: (u32, u32), to: (u32, u32)) -> Value {
        let place = |(line, character)| json!({ "line": line, "character": character });
        json!({ "start": place(from), "end": place(to) })
    }

    #[test]
    fn changes_are_made_one_after_the_other() {
        let changes = json!([
            { "range": range((0, 1), (0, 3)), "text": "x" },
            { "range": range((1, 0), (1, 0)), "text": "new\n" },
        ]);
        assert_eq!(changed("a\u{1F600}b\nc\n", Encoding::Utf16, &changes).as_deref(), Some("axb\nnew\nc\n"));
        let changes = json!([{ "range": range((0, 1), (0, 5)), "text": "" }, { "text": "all" }]);
        assert_eq!(changed("a\u{1F600}b", Encoding::Utf8, &changes).as_deref(), Some("all"));
    }

    #[test]
    fn what_cannot_be_done_is_left() {
        assert_eq!(changed("a", Encoding::Utf16, &json!([{ "range": {}, "text": "x" }])), None);
        assert_eq!(changed("a", Encoding::Utf16, &json!([{ "range": range((0, 0), (0, 1)) }])), None);
        assert_eq!(changed("a", Encoding::Utf16, &json!({})), None);
        let mut documents = Documents::default();
        assert_eq!(documents.open(&json!({ "textDocument": { "uri": "untitled:1", "text": "" } })), None);
        assert_eq!(documents.change(&json!({ "textDocument": { "uri": "file:///b.go" } }), Encoding::Utf16), None);
    }
}
