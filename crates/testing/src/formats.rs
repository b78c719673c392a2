//! Every form of a report. `--help` is held to this list.

pub const FORMATS: [&str; 10] =
    ["text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle", "html"];
