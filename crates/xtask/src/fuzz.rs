//! Long runs of the fuzz targets, with coverage: libFuzzer, which is built from its source with the C++ compiler. No nightly
//! compiler is needed, for the pass that counts edges is LLVM's own; memory errors are not looked for, as no code of ours
//! is unsafe.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What makes a build tell a fuzzer where it went.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";
/// An input that takes longer hangs, in seconds.
const HANG: u32 = 20;
/// A target that takes more memory leaks, in megabytes: the Rust front end gives deep code a large stack.
const MEMORY: u32 = 3_000;
const USAGE: &str = "cargo xtask fuzz [--seconds N] [TARGET ...]";

/// What one target did.
struct Ran {
    name: String,
    executions: u64,
    each_second: u64,
    broke: bool,
}

/// Runs every target, or those named, for so many seconds each (60 unless told), on one core.
///
/// # Errors
/// When a target breaks; what breaks it lies in `target/fuzz/found`.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    let (seconds, named) = match words {
        ["--seconds", n, named @ ..] => (n.parse().with_context(|| USAGE)?, named),
        named => (60_u32, named),
    };
    let all = targets(root)?;
    if let Some(unknown) = named.iter().find(|name| !all.iter().any(|known| known == **name)) {
        bail!("no target {unknown}; there are: {}", all.join(", "));
    }
    let chosen: Vec<&String> = all.iter().filter(|name| named.is_empty() || named.contains(&name.as_str())).collect();
    let built = build(root)?;
    let work = root.join("target/fuzz");
    let mut ran = Vec::new();
    for name in chosen {
        let one = fuzz(&built.join(name), name, &work, seconds)?;
        println!(
            "{:<16} {:>10} executions {:>7}/s{}",
            one.name,
            one.executions,
            one.each_second,
            if one.broke { "  BROKE" } else { "" }
        );
        ran.push(one);
    }
    println!("{:<16} {:>10} executions", "all", ran.iter().map(|one| one.executions).sum::<u64>());
    let broke: Vec<&str> = ran.iter().filter(|one| one.broke).map(|one| one.name.as_str()).collect();
    if broke.is_empty() {
        return Ok(());
    }
    bail!(
        "{} broke: put what is in {} into crates/fuzz/fixtures/<target>",
        broke.join(", "),
        work.join("found").display()
    )
}

/// Their names: a file each.
fn targets(root: &Path) -> Result<Vec<String>> {
    let read = fs::read_dir(root.join("fuzz/fuzz_targets"))?;
    let stem = |entry: std::io::Result<fs::DirEntry>| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned());
    let mut all: Vec<String> = read.filter_map(stem).collect();
    all.sort();
    Ok(all)
}

fn build(root: &Path) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // With a target of its own, build scripts are built without these flags.
    let host = Command::new("rustc").args(["--print", "host-tuple"]).output().context("rustc")?;
    let host = String::from_utf8_lossy(&host.stdout).trim().to_owned();
    let into = root.join("target/fuzz/build");
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--bins", "--target", &host]).current_dir(root.join("fuzz"));
    crate::call(command.env("RUSTFLAGS", FLAGS).env("CARGO_TARGET_DIR", &into))?;
    Ok(into.join(host).join("release"))
}

fn fuzz(program: &Path, name: &str, work: &Path, seconds: u32) -> Result<Ran> {
    let (inputs, seeds, found) =
        (work.join("inputs").join(name), work.join("seeds").join(name), work.join("found").join(name));
    for folder in [&inputs, &seeds, &found] {
        fs::create_dir_all(folder)?;
    }
    let output = Command::new(program)
        .arg(&inputs)
        .arg(&seeds)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={HANG}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-artifact_prefix={}/", found.display()))
        .args(["-print_final_stats=1", "-max_len=65536", "-len_control=0"])
        // It weighs inputs by how rare what they do is, which took most of the time where one does much.
        .arg("-entropic=0")
        .env("DOGPILE_SEEDS", &seeds)
        .output()
        .with_context(|| program.display().to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    fs::write(work.join(format!("{name}.log")), said.as_bytes())?;
    let number = |what: &str| said.lines().find_map(|line| line.strip_prefix(what)?.trim().parse().ok()).unwrap_or(0);
    let executions = number("stat::number_of_executed_units:");
    Ok(Ran {
        name: name.to_owned(),
        executions,
        each_second: number("stat::average_exec_per_sec:"),
        broke: !output.status.success(),
    })
}
