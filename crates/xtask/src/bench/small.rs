//! What takes next to no time: one small file, and the proof of a hundred findings.

use crate::growth::{Sample, sample};
use crate::measure::{self, Took};
use anyhow::{Context, Result, bail};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 31;
const PROOFS: usize = 5;
/// Locks of each of three languages, of which each has one finding.
const EACH: usize = 34;
const FINDINGS: usize = 3 * EACH;

/// A table of them.
pub(super) fn table(program: &Path) -> Result<String> {
    let place = std::env::temp_dir().join(format!("dogpile-lint-small-{}", std::process::id()));
    let made = measured(program, &place);
    fs::remove_dir_all(&place)?;
    made
}

fn measured(program: &Path, place: &Path) -> Result<String> {
    let mut table = "| what | ms | processor ms | peak MB |\n|---|--:|--:|--:|\n".to_owned();
    let mut row = |what: &str, took: &Took| {
        let _ = writeln!(table, "| {what} | {:.1} | {:.1} | {:.0} |", took.wall, took.processor, took.peak);
    };
    let (one, hundred) = (place.join("one"), place.join("hundred"));
    sample(&one, Sample::Locks(1))?;
    sample(&hundred, Sample::Locks(EACH))?;
    let mut version = Command::new(program);
    version.arg("--version");
    let mut small = Vec::new();
    for file in files(&one)? {
        let mut lint = measure::linter(program)?;
        lint.arg(file);
        small.push(lint);
    }
    let commands: Vec<&Command> = std::iter::once(&version).chain(&small).collect();
    let took = measure::in_turns(&commands, RUNS)?;
    row("`--version`", &took[0]);
    for (took, command) in took[1..].iter().zip(&small) {
        let ending =
            command.get_args().last().and_then(|path| Path::new(path).extension()?.to_str()).unwrap_or_default();
        row(&format!("one small file with a lock (`.{ending}`)"), took);
    }
    let server = Server::start(place)?;
    let mut lint = measure::linter(program)?;
    lint.arg(&hundred);
    let mut confirm = Command::new(program);
    confirm.args(["confirm", "--format", "json", "--fail-on", "never", "--server"]).arg(&server.url).arg(&hundred);
    let said = String::from_utf8_lossy(&confirm.output()?.stdout).into_owned();
    let proven = said.split_whitespace().collect::<String>().matches("\"evidence\":\"server\"").count();
    if proven < FINDINGS {
        bail!("{proven} findings are confirmed on the server, not {FINDINGS}");
    }
    let took = measure::in_turns(&[&lint, &confirm], PROOFS)?;
    row(&format!("{FINDINGS} files with a lock and a finding each"), &took[0]);
    row(&format!("the same with `confirm` on a server that is up, {proven} confirmed"), &took[1]);
    Ok(table)
}

/// The files of a folder that hold a lock, one of each language.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let source = entry?.path().join("src/account");
        for entry in fs::read_dir(&source).with_context(|| source.display().to_string())? {
            found.push(entry?.path());
        }
    }
    found.retain(|path| path.file_stem().is_some_and(|stem| stem == "account"));
    found.sort();
    Ok(found)
}

/// A server of our own, for as long as this lives.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(place: &Path) -> Result<Self> {
        let socket = place.join("redis.sock");
        let mut redis = Command::new("redis-server");
        redis.args(["--port", "0", "--save", "", "--dir"]).arg(place).arg("--unixsocket").arg(&socket);
        let child = redis.stdout(Stdio::null()).spawn().context("redis-server cannot be started")?;
        let server = Self { child, url: format!("unix://{}", socket.display()) };
        let begun = Instant::now();
        while !socket.exists() {
            if begun.elapsed() > Duration::from_secs(10) {
                bail!("redis-server does not listen");
            }
            std::thread::yield_now();
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
