//! What runs keep for each other changes how long they take, and nothing else.
#![allow(clippy::disallowed_methods, reason = "tests make files")]

mod kept;
mod trees;

use dogpile_testing::dice::Dice;
use dogpile_testing::typist::typed;
use kept::Place;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use trees::{command, ended};

/// Edits of the tree. `DOGPILE_EDITS` makes more of them, `DOGPILE_TREE` takes a copy of another tree.
const EDITS: usize = 10;
/// Runs that are killed. `DOGPILE_KILLS` makes more of them.
const KILLS: usize = 6;

fn many(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

#[test]
fn a_run_that_knows_finds_what_one_finds_that_does_not() {
    let mut place = Place::new();
    let text = |path: &PathBuf| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    let originals: Vec<String> = place.files.iter().map(text).collect();
    let mut dice = Dice::new(0xfac7);
    let mut different = 0;
    let mut before = place.run(&[]).out;
    assert!(place.pack().is_some(), "something is kept");
    let edits = many("DOGPILE_EDITS", EDITS);
    for edit in 0..edits {
        let at = dice.below(place.files.len());
        let file = place.files[at].clone();
        match dice.below(8) {
            0 => drop(fs::remove_file(&file)),
            // Numbers of files and modules move.
            1 => {
                let other =
                    file.with_file_name(format!("a{edit}_{}", file.file_name().expect("a name").to_string_lossy()));
                fs::rename(&file, &other).unwrap_or_default();
                place.files[at] = other;
            }
            2 => drop(fs::write(&file, &originals[at])),
            _ => {
                let new = typed(&format!("{}\n", text(&file)), &originals[at], &mut dice);
                fs::write(&file, new).expect("a file");
            }
        }
        let (warm, cold) = (place.run(&[]), place.cold());
        assert!(
            warm == cold,
            "edit {edit}, of {}:\n{}\n{}",
            file.display(),
            first_difference(&warm.out, &cold.out),
            warm.err
        );
        different += usize::from(warm.out != before);
        before = warm.out;
    }
    // Most files of another tree have nothing to do with locks.
    let least = if std::env::var_os("DOGPILE_TREE").is_some() { 0 } else { edits / 5 };
    assert!(different > least, "edits make a difference: {different}");
}

fn first_difference(warm: &str, cold: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (warm.lines().collect(), cold.lines().collect());
    let at = (0..a.len().max(b.len())).find(|at| a.get(*at) != b.get(*at)).unwrap_or(0);
    let around = |lines: &[&str]| lines[at.saturating_sub(12).min(lines.len())..(at + 8).min(lines.len())].join("\n");
    format!("warm:\n{}\ncold:\n{}", around(&a), around(&b))
}

#[test]
fn a_run_that_is_killed_leaves_nothing_that_misleads() {
    let place = Place::new();
    let cold = place.cold();
    let mut dice = Dice::new(0xdead);
    let begun = std::time::Instant::now();
    assert_eq!(place.run(&[]), cold);
    let usual = begun.elapsed();
    for _ in 0..many("DOGPILE_KILLS", KILLS) {
        if dice.below(2) == 0 {
            place.pack().iter().for_each(|pack| fs::remove_file(pack).expect("it goes"));
        }
        let kept = place.kept.path().display().to_string();
        let mut run = command(place.tree.path(), &["--format", "json", "--cache-dir", &kept])
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("it runs");
        // Any moment will do: which one it is, is chance.
        std::thread::sleep(Duration::from_micros(
            u64::try_from(dice.below(usize::try_from(usual.as_micros()).unwrap_or(1))).unwrap_or(0),
        ));
        run.kill().expect("it ends");
        run.wait().expect("it ends");
        assert_eq!(place.run(&[]), cold);
    }
}

#[test]
fn what_nobody_wrote_is_not_believed() {
    let place = Place::new();
    let cold = place.run(&[]);
    let pack = place.pack().expect("something is kept");
    let whole = fs::read(&pack).expect("a file");
    let mut dice = Dice::new(7);
    for damage in 0..6 {
        let mut bytes = whole.clone();
        match damage {
            0 => bytes.truncate(bytes.len() / 2),
            1 => bytes.clear(),
            2 => bytes = b"dogpile1".to_vec(),
            _ => {
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
            }
        }
        fs::write(&pack, bytes).expect("a file");
        assert_eq!(place.run(&[]), cold);
        assert_eq!(fs::read(&pack).expect("a file"), whole, "it is written again, to the byte");
    }
    // A run that knows everything writes nothing.
    let written = fs::metadata(&pack).and_then(|meta| meta.modified()).expect("a time");
    assert_eq!(place.run(&[]), cold);
    assert_eq!(fs::metadata(&pack).and_then(|meta| meta.modified()).expect("a time"), written);
}

#[test]
fn runs_at_the_same_time_do_not_disturb_each_other() {
    let place = Place::new();
    let cold = place.cold();
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| place.run(&[]))).collect();
        runs.into_iter().for_each(|run| assert_eq!(run.join().expect("it ends"), cold));
    });
    let left: Vec<_> = fs::read_dir(place.kept.path()).expect("a folder").collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn what_is_kept_can_be_found_and_removed() {
    let place = Place::new();
    place.run(&[]);
    fs::write(place.kept.path().join("mine.txt"), "somebody's").expect("a file");
    let kept = place.kept.path().display().to_string();
    let told = |args: &[&str]| ended(command(place.tree.path(), args).output().expect("it runs"));
    assert_eq!(told(&["cache", "dir", "--cache-dir", &kept]).out.trim(), kept);
    let cleaned = told(&["cache", "clean", "--cache-dir", &kept]);
    assert_eq!(cleaned.code, Some(0));
    assert!(cleaned.out.starts_with("1 file removed from "), "{}", cleaned.out);
    assert!(place.pack().is_none() && place.kept.path().join("mine.txt").is_file());
    let homeless = told(&["cache", "clean"]);
    assert_eq!(homeless.code, Some(2));
    assert!(homeless.err.contains("--cache-dir"), "{}", homeless.err);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told_and_keeps_nobody_from_linting() {
    let place = Place::new();
    let cold = place.cold();
    let file = place.kept.path().join("file");
    fs::write(&file, "no folder").expect("a file");
    let run = ended(
        command(
            place.tree.path(),
            &["--format", "json", "--threads", "2", "--cache-dir", &file.join("x").display().to_string()],
        )
        .output()
        .expect("it runs"),
    );
    assert_eq!((run.code, &run.out), (cold.code, &cold.out));
    assert!(run.err.contains("cannot be kept in") && run.err.contains("--no-cache"), "{}", run.err);
}
