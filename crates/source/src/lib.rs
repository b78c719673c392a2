//! Files, spans and positions: what every other room points at.
//!
//! Knows nothing of languages, Redis or the file system: text comes in, places come out.

mod annotation;
mod depth;
mod file;
mod position;
mod renumber;

pub use annotation::{Allow, AllowScope, Annotation, AnnotationError, Directive, parse_annotation, parse_duration_ms};
pub use depth::deeper;
pub use file::{FileId, SourceFile, SourceMap, Span};
pub use position::{LineIndex, Position};
pub use renumber::renumbered;
