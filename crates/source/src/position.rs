//! Byte offsets to lines and columns.

/// A place as people and SARIF count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column in Unicode scalar values.
    pub column: u32,
    /// 1-based column in UTF-16 code units, as SARIF's `utf16CodeUnits` and LSP want it.
    pub utf16: u32,
}

impl Default for Position {
    fn default() -> Self {
        Self { line: 1, column: 1, utf16: 1 }
    }
}

/// Where each line starts.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the line starts of `text`; `\n` and `\r\n` end a line.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(i, _)| u32::try_from(i + 1).unwrap_or(u32::MAX)),
        );
        Self { starts }
    }

    /// Number of lines, at least 1.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// Position of `offset`, clamped to the text and to a character boundary.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let mut offset = (offset as usize).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|s| *s as usize <= offset).max(1);
        let start = self.starts[line - 1] as usize;
        let head = &text[start..offset];
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position {
            line: narrow(line),
            column: narrow(head.chars().count() + 1),
            utf16: narrow(head.encode_utf16().count() + 1),
        }
    }

    /// Text of a 1-based line without its end.
    #[must_use]
    pub fn line_text<'t>(&self, text: &'t str, line: u32) -> &'t str {
        let Some(start) = (line as usize).checked_sub(1).and_then(|i| self.starts.get(i)) else { return "" };
        let end = self.starts.get(line as usize).map_or(text.len(), |e| *e as usize);
        text[*start as usize..end].trim_end_matches(['\n', '\r'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_utf16_units() {
        let text = "a\nb\u{1F600}c\r\nd";
        let index = LineIndex::new(text);
        let c = u32::try_from(text.find('c').unwrap_or(0)).unwrap_or(0);
        assert_eq!(index.position(text, c), Position { line: 2, column: 3, utf16: 4 });
        assert_eq!(index.line_text(text, 2), "b\u{1F600}c");
        assert_eq!(index.line_text(text, 9), "");
        assert_eq!(index.position(text, 999).line, 3);
    }
}
