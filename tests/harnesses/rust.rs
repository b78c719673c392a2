//! Harnesses in Rust, with cargo.

use crate::cases::{cases, manifest};
use crate::server::server;
use dogpile_emit::Language;
use dogpile_suite::expect;
use dogpile_testing::installed::workshop;
use std::fs;
use std::process::Command;

#[test]
fn rust() {
    let cases = cases(Language::Rust, None);
    let folder = workshop("harness-clients/rust", &["Cargo.toml", "Cargo.lock"].map(manifest), "tests");
    fs::create_dir_all(folder.join("src")).expect("a folder");
    fs::write(folder.join("src/lib.rs"), "").expect("a file");
    // A module each, in one test crate: one program is linked and not sixty.
    let mut modules = String::new();
    for case in &cases {
        for (form, text) in [("written", case.harness.text.clone()), ("repaired", case.repaired())] {
            fs::create_dir_all(folder.join("tests/all")).expect("a folder");
            fs::write(folder.join(format!("tests/all/{}_{form}.rs", case.name)), text).expect("a file");
            modules += &format!("mod {}_{form};\n", case.name);
        }
    }
    fs::write(folder.join("tests/all/main.rs"), modules).expect("a file");
    let server = server();
    let run = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["test", "--locked", "--test", "all", "--no-fail-fast"])
        .env("REDIS_URL", &server.url)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        // What this very run was started with is not meant for it.
        .env_remove("RUSTFLAGS")
        .env("RUST_BACKTRACE", "0")
        .current_dir(&folder)
        .output()
        .expect("cargo");
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    let mut problems = Vec::new();
    for case in &cases {
        for (form, wanted) in [("written", "FAILED"), ("repaired", "ok")] {
            let test = case.harness.file.trim_end_matches(".rs");
            let name = format!("{}_{form}::{test}", case.name);
            let said =
                out.split("---- ").find_map(|part| part.strip_prefix(&format!("{name} stdout ----"))).unwrap_or("");
            let ended = out.contains(&format!("test {name} ... {wanted}\n"));
            if !ended || (form == "written" && !said.contains(&case.breaks)) {
                problems.push(format!("{name}: wanted {wanted} ({})\n{said}", case.breaks));
            }
        }
    }
    if err.contains("warning: ") {
        problems.push("a harness that compiles with warnings".to_owned());
    }
    if !problems.is_empty() {
        problems.push(err.into_owned());
    }
    expect::none(&problems);
}
