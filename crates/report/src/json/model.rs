//! The JSON report by its own names, which `docs/json.md` describes.

use crate::report::Tool;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Document<'r> {
    pub(super) version: u32,
    pub(super) tool: ToolOut,
    pub(super) summary: SummaryOut,
    pub(super) findings: Vec<FindingOut<'r>>,
    pub(super) gone: Vec<GoneOut<'r>>,
    pub(super) problems: Vec<ProblemOut<'r>>,
}

#[derive(Serialize)]
pub(crate) struct ToolOut {
    name: &'static str,
    version: &'static str,
}

impl ToolOut {
    pub(crate) fn of(tool: &Tool) -> Self {
        Self { name: tool.name, version: tool.version }
    }
}

#[derive(Serialize)]
pub(super) struct SummaryOut {
    pub(super) files_seen: usize,
    pub(super) files_analysed: usize,
    pub(super) files_with_locks: usize,
    pub(super) lock_sessions: usize,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
    pub(super) suppressed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) known: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gone: Option<usize>,
    pub(super) fixable: usize,
    pub(super) safely_fixable: usize,
    pub(super) hidden: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unchanged: Option<usize>,
    pub(super) followed_in_part: usize,
    pub(super) not_analysed: usize,
    pub(super) skipped_generated: usize,
    pub(super) skipped_tests: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) translation: Option<TranslationOut>,
}

#[derive(Serialize)]
pub(super) struct TranslationOut {
    pub(super) statements: u64,
    pub(super) opaque: u64,
    pub(super) opaque_percent: f64,
}

#[derive(Serialize)]
pub(super) struct FindingOut<'r> {
    pub(super) rule: &'static str,
    pub(super) level: &'static str,
    pub(super) confidence: &'static str,
    pub(super) message: &'r str,
    pub(super) fingerprint: &'r str,
    pub(super) session: &'r str,
    pub(super) function: &'r str,
    pub(super) primary: PlaceOut<'r>,
    pub(super) related: Vec<PlaceOut<'r>>,
    pub(super) note: Option<&'r str>,
    pub(super) help: Option<&'r str>,
    pub(super) steps: Vec<PlaceOut<'r>>,
    pub(super) suppressed: Option<SuppressedOut<'r>>,
    pub(super) standing: Option<&'static str>,
    pub(super) fixes: Vec<FixOut<'r>>,
    pub(super) verdict: Option<VerdictOut<'r>>,
}

#[derive(Serialize)]
pub(super) struct VerdictOut<'r> {
    pub(super) evidence: &'static str,
    pub(super) invariant: &'static str,
    pub(super) says: &'static str,
    pub(super) outcome: &'r str,
    pub(super) lock: Option<&'r str>,
    pub(super) clients: usize,
    pub(super) faults: &'r str,
    pub(super) server: Option<&'r str>,
    pub(super) schedule: Vec<TurnOut<'r>>,
    pub(super) repaired: Option<RepairedOut<'r>>,
    pub(super) assumed: &'r [String],
}

#[derive(Serialize)]
pub(super) struct TurnOut<'r> {
    pub(super) client: Option<char>,
    pub(super) what: &'r str,
    pub(super) at: Option<PlaceOut<'r>>,
    pub(super) at_ms: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) commands: Vec<Vec<String>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reply: Option<&'r str>,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) passes_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fault: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) expires: &'r [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lock: Option<HeldOut>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) inside: &'r [char],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) breaks: bool,
}

#[derive(Serialize)]
pub(super) struct HeldOut {
    pub(super) by: Option<char>,
    pub(super) until_ms: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct RepairedOut<'r> {
    pub(super) with: &'r str,
    pub(super) holds: bool,
    pub(super) faults: &'r str,
    pub(super) states: usize,
    pub(super) but: Option<&'r str>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

#[derive(Serialize)]
pub(super) struct SuppressedOut<'r> {
    pub(super) reason: &'r str,
}

#[derive(Serialize)]
pub(super) struct PlaceOut<'r> {
    pub(super) path: &'r str,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
    pub(super) text: &'r str,
}

#[derive(Serialize)]
pub(super) struct ProblemOut<'r> {
    pub(super) path: &'r str,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
    pub(super) kind: &'static str,
    pub(super) reason: &'r str,
    pub(super) message: &'r str,
}

#[derive(Serialize)]
pub(super) struct FixOut<'r> {
    pub(super) title: &'r str,
    pub(super) safe: bool,
    pub(super) edits: Vec<EditOut<'r>>,
}

#[derive(Serialize)]
pub(super) struct EditOut<'r> {
    pub(super) path: &'r str,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
    pub(super) replacement: &'r str,
}

#[derive(Serialize)]
pub(super) struct GoneOut<'r> {
    pub(super) rule: &'r str,
    pub(super) fingerprint: &'r str,
    pub(super) path: &'r str,
    pub(super) line: u32,
    pub(super) message: &'r str,
}
