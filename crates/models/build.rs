//! Reads the built-in models once and for all: see `src/prepared.rs`.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "builds read sources and talk to cargo")]

use prepared::{Prepared, PreparedCall, Start};
use serde_json::{Map, Value};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/prepared.rs"]
mod prepared;

fn main() -> Result<(), Box<dyn Error>> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("clients");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo:rerun-if-changed={}", own.display());
    println!("cargo:rerun-if-changed=src/prepared.rs");
    for entry in fs::read_dir(&own)? {
        let path = entry?.path();
        let Some(name) = path.file_stem().filter(|_| path.extension().is_some_and(|ending| ending == "toml")) else {
            continue;
        };
        prepare(&path, &out.join(name)).map_err(|fault| format!("{}: {fault}", path.display()))?;
    }
    Ok(())
}

fn prepare(path: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let Start { client } = toml::from_str(&text)?;
    fs::write(out.with_extension("language"), &client.language)?;
    fs::write(out.with_extension("head"), postcard::to_stdvec(&client)?)?;

    let mut model: Map<String, Value> = toml::from_str(&text)?;
    let neutral = model.remove("neutral").unwrap_or_default();
    let rows = model.remove("call").unwrap_or_default();
    let rows: Vec<(&Value, String)> = list(&rows).iter().map(|row| (row, row.to_string())).collect();
    let frame = serde_json::to_string(&model)?;
    let prepared = Prepared {
        frame: &frame,
        neutral: texts(&neutral),
        calls: rows.iter().map(|(row, whole)| call(row, whole)).collect(),
    };
    fs::write(out.with_extension("model"), postcard::to_stdvec(&prepared)?)?;
    Ok(())
}

fn call<'t>(row: &'t Value, whole: &'t str) -> PreparedCall<'t> {
    let number = |key: &str| row[key].as_u64().and_then(|n| usize::try_from(n).ok());
    PreparedCall {
        on: row["on"].as_str(),
        names: texts(&row["name"]),
        min_args: number("min_args").unwrap_or_default(),
        max_args: number("max_args"),
        context: row["context"].as_str(),
        defines: row["does"].get("defines-command").is_some() || row["does"]["makes"].get("defines").is_some(),
        whole,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).iter().filter_map(Value::as_str).collect()
}
