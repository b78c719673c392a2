//! Reading TOML by hand, so that every complaint names a line and a better word.

use super::ConfigError;
use crate::suggest::did_you_mean;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A text being read.
pub(super) struct Reader<'t> {
    pub(super) file: &'t str,
    pub(super) text: &'t str,
}

/// A value with where it stands.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// An entry of a table: its key, where the key stands, its value.
pub(super) struct Item<'v, 't> {
    pub(super) key: &'v str,
    pub(super) at: usize,
    pub(super) value: &'v Value<'t>,
}

impl Reader<'_> {
    pub(super) fn line(&self, at: usize) -> usize {
        self.text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1
    }

    pub(super) fn fail(&self, at: usize, message: impl Into<String>) -> ConfigError {
        ConfigError::Invalid { file: self.file.to_owned(), line: self.line(at), message: message.into() }
    }

    pub(super) fn unknown(&self, item: &Item<'_, '_>, what: &str, known: &[&str]) -> ConfigError {
        self.fail(item.at, format!("unknown {what} `{}`{}", item.key, did_you_mean(item.key, known)))
    }

    fn wants(&self, value: &Value<'_>, name: &str, wanted: &str) -> ConfigError {
        self.fail(value.span().start, format!("`{name}` wants {wanted}, not {}", kind(value.get_ref())))
    }

    pub(super) fn table<'v, 't>(&self, name: &str, value: &'v Value<'t>) -> Result<Vec<Item<'v, 't>>, ConfigError> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(items(table)),
            _ => Err(self.wants(value, name, "a table")),
        }
    }

    pub(super) fn text(&self, name: &str, value: &Value<'_>) -> Result<String, ConfigError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.clone().into_owned()),
            _ => Err(self.wants(value, name, "text in quotes")),
        }
    }

    pub(super) fn truth(&self, name: &str, value: &Value<'_>) -> Result<bool, ConfigError> {
        match value.get_ref() {
            DeValue::Boolean(truth) => Ok(*truth),
            _ => Err(self.wants(value, name, "true or false")),
        }
    }

    pub(super) fn count(&self, name: &str, value: &Value<'_>) -> Result<u32, ConfigError> {
        let number = match value.get_ref() {
            DeValue::Integer(n) => u32::from_str_radix(&n.as_str().replace('_', ""), n.radix()).ok(),
            _ => None,
        };
        number.filter(|n| *n > 0).ok_or_else(|| self.wants(value, name, "a whole number above 0"))
    }

    pub(super) fn list<'v, 't>(&self, name: &str, value: &'v Value<'t>) -> Result<&'v [Value<'t>], ConfigError> {
        match value.get_ref() {
            DeValue::Array(list) => Ok(list),
            _ => Err(self.wants(value, name, "a list")),
        }
    }

    pub(super) fn texts(&self, name: &str, value: &Value<'_>) -> Result<Vec<String>, ConfigError> {
        self.list(name, value)?.iter().map(|item| self.text(name, item)).collect()
    }

    /// One of a few words.
    pub(super) fn choice<T>(
        &self,
        name: &str,
        value: &Value<'_>,
        words: &[&str],
        of: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        let text = self.text(name, value)?;
        of(&text).ok_or_else(|| {
            let message =
                format!("`{name}` is one of {}, not `{text}`{}", words.join(", "), did_you_mean(&text, words));
            self.fail(value.span().start, message)
        })
    }
}

/// Entries in the order written.
pub(super) fn items<'v, 't>(table: &'v DeTable<'t>) -> Vec<Item<'v, 't>> {
    let mut items: Vec<_> =
        table.iter().map(|(key, value)| Item { key: key.get_ref(), at: key.span().start, value }).collect();
    items.sort_by_key(|item| item.at);
    items
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "this number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
