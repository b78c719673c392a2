//! What programs cost: wall clock, processor and memory of one process, as the kernel counted them when it ended.
//!
//! Python asks the kernel (`wait4`), for which Rust would need unsafe code. Python's own start is not measured, but a
//! peak under Python's own 9 MB cannot be seen.

use crate::call;
use crate::dist::target_folder;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const RUN: &str = include_str!("run.py");

/// What a program took: times in milliseconds, memory in megabytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Took {
    pub(crate) wall: f64,
    pub(crate) processor: f64,
    pub(crate) peak: f64,
}

/// The release, built.
///
/// # Errors
/// When it cannot be built.
pub(crate) fn release(root: &Path) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    call(Command::new(cargo).args(["build", "--release", "--quiet", "-p", "dogpile-lint"]).current_dir(root))?;
    Ok(target_folder(root).join("release/dogpile-lint"))
}

/// A run of the linter that keeps nothing for the next one.
///
/// # Errors
/// When the program cannot be asked for its options.
pub(crate) fn linter(program: &Path) -> Result<Command> {
    let help =
        Command::new(program).args(["check", "--help"]).output().with_context(|| program.display().to_string())?;
    let mut lint = Command::new(program);
    lint.args(["--format", "concise", "--fail-on", "never"]);
    if String::from_utf8_lossy(&help.stdout).contains("--no-cache") {
        lint.arg("--no-cache");
    }
    Ok(lint)
}

/// Runs a program once. An exit code of 1 is a result (`rg` has found nothing, a linter has found something).
///
/// # Errors
/// When it cannot be started, or fails.
pub(crate) fn once(command: &Command) -> Result<Took> {
    let result = std::env::temp_dir().join(format!("dogpile-lint-took-{}", std::process::id()));
    let mut python = Command::new("python3");
    python.args(["-I", "-S", "-c", RUN]).arg(&result).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        python.current_dir(folder);
    }
    call(&mut python).with_context(|| format!("{command:?}"))?;
    let said = fs::read_to_string(&result)?;
    fs::remove_file(&result)?;
    let numbers: Vec<f64> = said.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [code, wall, processor, peak] = numbers[..] else { bail!("python3 said {said:?}") };
    if !(0.0..=1.0).contains(&code) {
        bail!("{command:?} ended with {code}");
    }
    Ok(Took { wall: wall * 1e3, processor: processor * 1e3, peak: peak / 1024.0 })
}

/// Runs each program so many times, in turns, so that what else the machine does meets all of them; after one turn that
/// warms the page cache. Medians, in the order of the programs.
///
/// # Errors
/// When one cannot be started, or fails.
pub(crate) fn in_turns(commands: &[&Command], runs: usize) -> Result<Vec<Took>> {
    let mut took = vec![Vec::new(); commands.len()];
    for run in 0..=runs {
        for (command, took) in commands.iter().zip(&mut took) {
            let one = once(command)?;
            if run > 0 {
                took.push(one);
            }
        }
    }
    Ok(took.iter().map(|runs| medians(runs)).collect())
}

fn medians(runs: &[Took]) -> Took {
    let of = |what: fn(&Took) -> f64| median(runs.iter().map(what).collect());
    Took { wall: of(|t| t.wall), processor: of(|t| t.processor), peak: of(|t| t.peak) }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Puts text between the markers `<!-- name:begin -->` and `<!-- name:end -->` of a page.
///
/// # Errors
/// When the page has no such markers, or cannot be written.
pub(crate) fn put(page: &Path, name: &str, text: &str) -> Result<()> {
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let old = fs::read_to_string(page).with_context(|| page.display().to_string())?;
    let missing = || format!("{} has no {begin} … {end}", page.display());
    let (head, rest) = old.split_once(&begin).with_context(missing)?;
    let (_, tail) = rest.split_once(&end).with_context(missing)?;
    fs::write(page, format!("{head}{begin}\n{text}{end}{tail}"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_measured() {
        let mut busy = Command::new("python3");
        busy.args(["-c", "b = bytearray(60_000_000); sum(range(1_000_000))"]);
        let took = once(&busy).expect("python3 runs");
        assert!(took.processor > 5.0 && took.wall > 5.0 && took.peak > 57.0, "{took:?}");
        let mut fails = Command::new("python3");
        fails.args(["-c", "raise SystemExit(3)"]);
        assert!(once(&fails).is_err());
    }

    #[test]
    fn medians_are_of_each_number_by_itself() {
        let of = |wall, peak| Took { wall, processor: 1.0, peak };
        let median = medians(&[of(1.0, 9.0), of(2.0, 7.0), of(30.0, 8.0)]);
        assert_eq!((median.wall, median.peak), (2.0, 8.0));
    }
}
