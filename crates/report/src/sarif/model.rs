//! The part of SARIF 2.1.0 that is written, by its own names.

use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Log<'r> {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) version: &'static str,
    pub(super) runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'r> {
    pub(super) tool: Tool<'r>,
    pub(super) invocations: [Invocation<'r>; 1],
    pub(super) original_uri_base_ids: BTreeMap<&'static str, ArtifactLocation>,
    pub(super) column_kind: &'static str,
    pub(super) results: Vec<Result<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tool<'r> {
    pub(super) driver: Driver<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<'r> {
    pub(super) name: &'static str,
    pub(super) semantic_version: &'static str,
    pub(super) information_uri: &'static str,
    pub(super) rules: Vec<Rule<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule<'r> {
    pub(super) id: &'r str,
    pub(super) name: String,
    pub(super) short_description: Message<'r>,
    pub(super) full_description: Message<'r>,
    pub(super) help: Message<'r>,
    pub(super) default_configuration: Configuration,
    pub(super) help_uri: &'r str,
    pub(super) properties: RuleProperties<'r>,
}

#[derive(Serialize)]
pub(super) struct RuleProperties<'r> {
    pub(super) tags: Vec<&'r str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Configuration {
    pub(super) enabled: bool,
    pub(super) level: &'static str,
}

#[derive(Serialize)]
pub(super) struct Message<'r> {
    pub(super) text: std::borrow::Cow<'r, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) markdown: Option<&'r str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation<'r> {
    pub(super) execution_successful: bool,
    pub(super) tool_execution_notifications: Vec<Notification<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notification<'r> {
    pub(super) descriptor: Descriptor,
    pub(super) level: &'static str,
    pub(super) message: Message<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) locations: Option<[Location<'r>; 1]>,
}

#[derive(Serialize)]
pub(super) struct Descriptor {
    pub(super) id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Result<'r> {
    pub(super) rule_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rule_index: Option<usize>,
    /// Absent where the level is not known any more: a reader takes the rule's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) level: Option<&'static str>,
    pub(super) message: Message<'r>,
    pub(super) locations: [Location<'r>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_locations: Vec<Location<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) code_flows: Vec<CodeFlow<'r>>,
    pub(super) partial_fingerprints: BTreeMap<&'static str, &'r str>,
    /// Empty, not absent, where nothing is suppressed: all results of a run have it, or none.
    pub(super) suppressions: Vec<Suppression<'r>>,
    /// All results of a run have it, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) fixes: Vec<Fix<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) properties: Option<Properties<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fix<'r> {
    pub(super) description: Message<'r>,
    pub(super) artifact_changes: Vec<ArtifactChange<'r>>,
    pub(super) properties: FixProperties,
}

#[derive(Serialize)]
pub(super) struct FixProperties {
    pub(super) safe: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactChange<'r> {
    pub(super) artifact_location: ArtifactLocation,
    pub(super) replacements: Vec<Replacement<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Replacement<'r> {
    pub(super) deleted_region: Region,
    pub(super) inserted_content: Message<'r>,
}

#[derive(Serialize)]
pub(super) struct Properties<'r> {
    pub(super) confidence: &'static str,
    pub(super) session: &'r str,
    pub(super) function: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verdict: Option<VerdictProperty<'r>>,
}

/// The proof in short; its schedule is the first code flow.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VerdictProperty<'r> {
    pub(super) evidence: &'static str,
    pub(super) invariant: &'static str,
    pub(super) says: &'static str,
    pub(super) outcome: &'r str,
    pub(super) clients: usize,
    pub(super) faults: &'r str,
    pub(super) server: Option<&'r str>,
    pub(super) repaired_with: Option<&'r str>,
    pub(super) repaired_holds: Option<bool>,
}

#[derive(Serialize)]
pub(super) struct Suppression<'r> {
    pub(super) kind: &'static str,
    pub(super) status: &'static str,
    pub(super) justification: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeFlow<'r> {
    pub(super) thread_flows: [ThreadFlow<'r>; 1],
}

#[derive(Serialize)]
pub(super) struct ThreadFlow<'r> {
    pub(super) locations: Vec<ThreadFlowLocation<'r>>,
}

#[derive(Serialize)]
pub(super) struct ThreadFlowLocation<'r> {
    pub(super) location: Location<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<usize>,
    pub(super) physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<Message<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub(super) artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    pub(super) uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: u32,
    #[serde(flatten)]
    pub(super) rest: Option<Rest>,
}

/// Where in its lines a region is; absent where it is a line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rest {
    pub(super) start_column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
}
