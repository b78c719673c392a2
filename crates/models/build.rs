//! Reads the built-in models once and for all: what the program reads at every start is JSON, which takes a fifth of the
//! time that TOML takes, and the head of each model by itself.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "builds read sources and talk to cargo")]

use std::path::PathBuf;
use std::{env, error, fs};

fn main() -> Result<(), Box<dyn error::Error>> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("clients");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo:rerun-if-changed={}", own.display());
    for entry in fs::read_dir(&own)? {
        let path = entry?.path();
        let Some(name) = path.file_stem().filter(|_| path.extension().is_some_and(|ending| ending == "toml")) else {
            continue;
        };
        let text = fs::read_to_string(&path)?;
        let model: toml::Table = toml::from_str(&text).map_err(|fault| format!("{}: {fault}", path.display()))?;
        fs::write(out.join(name).with_extension("json"), serde_json::to_string(&model)?)?;
        let language = model.get("client").and_then(|client| client.get("language")).and_then(toml::Value::as_str);
        fs::write(out.join(name).with_extension("language"), language.unwrap_or_default())?;
        let head: toml::Table = model.into_iter().filter(|(key, _)| key == "client").collect();
        fs::write(out.join(name).with_extension("head.json"), serde_json::to_string(&head)?)?;
    }
    Ok(())
}
