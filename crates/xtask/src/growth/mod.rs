//! `cargo xtask growth`: how the release's cost grows with what its input can grow in.
//!
//! Trees are written into a temporary folder, each size twice the last. What is measured goes into `docs/growth.csv`, its
//! picture into `docs/growth.svg`, and the exponents into `docs/performance.md`. Growth above n log n is an error.

mod fit;
mod plot;
mod trees;

use crate::measure::{self, Took};
use anyhow::{Context, Result, bail};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use trees::{LANGUAGES, Lang, Series};

/// Runs that count, of each tree.
const RUNS: usize = 3;
const HEAD: &str = "series,language,size,processor ms,wall ms,peak MB\n";
const USAGE: &str = "cargo xtask growth [--draw | --check]";

/// What one tree took.
pub(crate) struct Row {
    series: Series,
    lang: Lang,
    size: usize,
    took: Took,
}

/// Measures, or only draws what was measured, or only looks whether that was drawn.
///
/// # Errors
/// When something cannot be run or written, when locks are not found, or when cost grows faster than n log n.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    let data = root.join("docs/growth.csv");
    match words {
        [] => fs::write(&data, csv(&measured(root)?))?,
        ["--draw" | "--check"] => {}
        _ => bail!("{USAGE}"),
    }
    let text = fs::read_to_string(&data).with_context(|| data.display().to_string())?;
    let rows = read(&text)?;
    let check = words == ["--check"];
    crate::write_or_check(&root.join("docs/growth.svg"), &plot::svg(&rows), check)?;
    let (table, faults) = judged(&rows);
    if check {
        return Ok(());
    }
    measure::put(&root.join("docs/performance.md"), "growth", &table)?;
    print!("{table}");
    if faults.is_empty() { Ok(()) } else { bail!("grows faster than n log n:\n{}", faults.join("\n")) }
}

/// A tree for those who count and do not look at growth.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sample {
    Empty,
    /// So many files of each language without a lock, and eight with one.
    Plain(usize),
    /// So many files of each language with a lock.
    Locks(usize),
    /// So many callers of one wrapper in each language.
    Callers(usize),
    /// So many helpers in each section.
    Below(usize),
}

/// Writes it, with a folder for each language.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn sample(folder: &Path, sample: Sample) -> Result<()> {
    let (series, size) = match sample {
        Sample::Empty => return Ok(()),
        Sample::Plain(size) => (Series::Files, size),
        Sample::Locks(size) => (Series::Locks, size),
        Sample::Callers(size) => (Series::Callers, size),
        Sample::Below(size) => (Series::Below, size),
    };
    for lang in LANGUAGES {
        let folder = folder.join(lang.name());
        fs::create_dir_all(&folder)?;
        trees::write(&folder, series, lang, size)?;
    }
    Ok(())
}

fn measured(root: &Path) -> Result<Vec<Row>> {
    let program = measure::release(root)?;
    let place = std::env::temp_dir().join(format!("dogpile-lint-growth-{}", std::process::id()));
    let rows = all(&program, &place);
    if rows.is_err() && place.exists() {
        fs::remove_dir_all(&place)?;
    }
    rows
}

fn all(program: &Path, place: &Path) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for series in Series::ALL {
        for size in series.sizes() {
            let folders: Vec<PathBuf> = LANGUAGES.iter().map(|lang| place.join(lang.name())).collect();
            let mut commands = Vec::new();
            for (folder, lang) in folders.iter().zip(LANGUAGES) {
                fs::create_dir_all(folder)?;
                trees::write(folder, series, lang, size)?;
                let mut lint = measure::linter(program)?;
                lint.arg(folder);
                understood(program, folder, series, size)
                    .with_context(|| format!("{}, {}, {size}", series.name(), lang.name()))?;
                commands.push(lint);
            }
            let took = measure::in_turns(&commands.iter().collect::<Vec<&Command>>(), RUNS)?;
            for (lang, took) in LANGUAGES.into_iter().zip(took) {
                println!("{} of {}: {size}: {:.1} ms", series.name(), lang.name(), took.processor);
                rows.push(Row { series, lang, size, took });
            }
            fs::remove_dir_all(place)?;
        }
    }
    Ok(rows)
}

/// Fast is only who does the work: the inventory knows every lock.
fn understood(program: &Path, folder: &Path, series: Series, size: usize) -> Result<()> {
    let output = Command::new(program).arg("locks").arg(folder).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let found = said.lines().filter(|line| line.starts_with("lock ") || line.starts_with("? ")).count();
    if found < series.locks(size) {
        bail!("{found} locks, not {}: {}", series.locks(size), String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn csv(rows: &[Row]) -> String {
    let mut text = HEAD.to_owned();
    for Row { series, lang, size, took } in rows {
        let (name, lang) = (series.name(), lang.name());
        let _ = writeln!(text, "{name},{lang},{size},{:.2},{:.2},{:.1}", took.processor, took.wall, took.peak);
    }
    text
}

fn read(text: &str) -> Result<Vec<Row>> {
    let lines = text.strip_prefix(HEAD).context("the table has other columns: measure again")?.lines();
    let row = |line: &str| {
        let [name, lang, size, processor, wall, peak] = line.split(',').collect::<Vec<_>>()[..] else { return None };
        let took = Took { processor: processor.parse().ok()?, wall: wall.parse().ok()?, peak: peak.parse().ok()? };
        let series = Series::ALL.into_iter().find(|series| series.name() == name)?;
        let lang = LANGUAGES.into_iter().find(|known| known.name() == lang)?;
        Some(Row { series, lang, size: size.parse().ok()?, took })
    };
    lines.map(|line| row(line).with_context(|| format!("not a row: {line}"))).collect()
}

/// A table of exponents, and what is wrong with them.
fn judged(rows: &[Row]) -> (String, Vec<String>) {
    let mut table =
        "| grows | sizes | language | processor ms | exponent, at most | peak MB |\n|---|--:|---|--:|--:|--:|\n"
            .to_owned();
    let mut faults = Vec::new();
    for series in Series::ALL {
        for lang in LANGUAGES {
            let of: Vec<&Row> = rows.iter().filter(|row| row.series == series && row.lang == lang).collect();
            let [first, .., last] = of[..] else { continue };
            let points: Vec<fit::Point> = of.iter().map(|row| (row.size as f64, row.took.processor)).collect();
            let (exponent, most) = (fit::exponent(&points), fit::most(&points));
            let (name, lang, from, to) = (series.name(), lang.name(), &first.took, &last.took);
            let _ = writeln!(
                table,
                "| {name} | {} … {} | {lang} | {:.0} … {:.0} | {exponent:.2}, {most:.2} | {:.0} … {:.0} |",
                first.size, last.size, from.processor, to.processor, from.peak, to.peak,
            );
            if exponent > most {
                faults.push(format!("{name}, {lang}: exponent {exponent:.2}, at most {most:.2}"));
            }
        }
    }
    (table, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cost: fn(f64) -> f64) -> Vec<Row> {
        let of = |series: Series| series.sizes().into_iter().map(move |size| (series, size));
        let all = Series::ALL.into_iter().flat_map(of);
        all.flat_map(|(series, size)| LANGUAGES.map(|lang| (series, size, lang)))
            .map(|(series, size, lang)| Row {
                series,
                lang,
                size,
                took: Took { processor: cost(size as f64), wall: 1.0, peak: 2.0 },
            })
            .collect()
    }

    #[test]
    fn a_square_is_told_in_every_series() {
        assert_eq!(judged(&rows(|n| 5.0 + n)).1, Vec::<String>::new());
        assert_eq!(judged(&rows(|n| n * n)).1.len(), Series::ALL.len() * LANGUAGES.len());
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let written = csv(&rows(|n| 2.0 * n));
        assert_eq!(csv(&read(&written).expect("its own table")), written);
        assert!(read("series,size\n").is_err() && read(&(HEAD.to_owned() + "locks,Go,1\n")).is_err());
    }

    #[test]
    fn a_picture_has_every_point() {
        let svg = plot::svg(&rows(|n| n + 1.0));
        let points = Series::ALL.iter().map(|series| series.sizes().len()).sum::<usize>() * LANGUAGES.len();
        assert_eq!(svg.matches("<circle").count(), points + LANGUAGES.len());
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
