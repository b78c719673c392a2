//! Source files and byte spans in them.

use crate::annotation::MARK;
use crate::position::{LineIndex, Position};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, OnceLock};

/// Index of a file in its [`SourceMap`]; stable for one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

/// A half-open byte range in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// The file the bytes are in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `start..end` in `file`.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: narrow(start), end: narrow(end) }
    }

    /// Whether `other` lies inside this span of the same file.
    #[must_use]
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// One file: the path it is reported under, and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path relative to the run's root, with `/` between parts on every system.
    pub path: String,
    /// The whole text, which whoever read it may have, too.
    pub text: Arc<str>,
    /// The same for the same text, in every run: tells whether what was found out about a text still holds.
    pub version: u64,
    /// Whether any comment in it may be for us: [`crate::parse_annotation`] understands none of another file.
    pub speaks: bool,
    /// Made when somebody asks for a line: nobody does for most files.
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// A file of this text.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self { path: path.into(), speaks: text.contains(MARK), version: hasher.finish(), text, lines: OnceLock::new() }
    }

    fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Position of a byte offset (clamped to the text).
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        self.lines().position(&self.text, offset)
    }

    /// Text of a 1-based line without its line end, `""` where there is no such line.
    #[must_use]
    pub fn line_text(&self, line: u32) -> &str {
        self.lines().line_text(&self.text, line)
    }

    /// Text of a span, `""` where it does not fit the file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// How many lines there are (at least 1).
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.lines().count()
    }
}

/// All files of a run that were read, in a fixed order.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<Option<Arc<SourceFile>>>,
}

impl SourceMap {
    /// Adds a file and gives its id.
    pub fn add(&mut self, file: impl Into<Arc<SourceFile>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Some(file.into()));
        id
    }

    /// Puts a file where its id says: files may have ids before they are read.
    pub fn put(&mut self, id: FileId, file: impl Into<Arc<SourceFile>>) {
        let at = id.0 as usize;
        if self.files.len() <= at {
            self.files.resize(at + 1, None);
        }
        self.files[at] = Some(file.into());
    }

    /// The file behind an id, if it is of this map.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)?.as_deref()
    }

    /// A file to be kept for longer than this map.
    #[must_use]
    pub fn shared(&self, id: FileId) -> Option<Arc<SourceFile>> {
        self.files.get(id.0 as usize)?.clone()
    }

    /// Position where a span starts (1:1 of nothing when the file is unknown).
    #[must_use]
    pub fn start(&self, span: Span) -> Position {
        self.get(span.file).map_or(Position::default(), |f| f.position(span.start))
    }

    /// Position where a span ends.
    #[must_use]
    pub fn end(&self, span: Span) -> Position {
        self.get(span.file).map_or(Position::default(), |f| f.position(span.end))
    }

    /// Path a span is reported under.
    #[must_use]
    pub fn path(&self, span: Span) -> &str {
        self.get(span.file).map_or("", |f| f.path.as_str())
    }

    /// Every file with its id, in order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0..).zip(&self.files).filter_map(|(id, file)| Some((FileId(id), file.as_deref()?)))
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}
