//! A tree in parts gives the same bytes as all of it at once.
#![allow(clippy::disallowed_methods, reason = "tests make files")]

mod kept;
mod trees;

use kept::Place;
use std::fs;
use std::path::Path;
use trees::{Run, command, ended};

const SHARDS: usize = 3;

fn told(folder: &Path, args: &[&str]) -> Run {
    ended(command(folder, args).output().expect("it runs"))
}

/// Runs every shard, each on a copy of its own where `apart`: machines have nothing but the tree in common.
fn sharded(place: &Place, apart: bool) -> String {
    let facts = place.kept.path().join("facts").display().to_string();
    for shard in 1..=SHARDS {
        let other = apart.then(Place::new);
        let folder = other.as_ref().map_or(place.tree.path(), |other| other.tree.path());
        let run = told(folder, &["--shard", &format!("{shard}/{SHARDS}"), "--facts", &facts]);
        assert_eq!((run.code, run.out.as_str()), (Some(0), ""), "{}", run.err);
        assert!(run.err.contains(" parsed; what was found out is in "), "{}", run.err);
    }
    facts
}

#[test]
fn shards_that_are_merged_give_the_bytes_of_one_run() {
    let place = Place::new();
    let facts = sharded(&place, true);
    for format in ["json", "sarif", "text"] {
        let one = told(place.tree.path(), &["--format", format, "--no-cache"]);
        let merged = told(place.tree.path(), &["merge", "--facts", &facts, "--format", format]);
        assert_eq!(one, merged);
    }
    assert!(
        told(place.tree.path(), &["--format", "json", "--no-cache"]).out.contains("\"rule\""),
        "there is something to find"
    );
}

#[test]
fn what_a_shard_does_not_tell_is_found_out_by_the_merge() {
    let place = Place::new();
    let facts = sharded(&place, false);
    let one = place.cold();
    let merge = || told(place.tree.path(), &["merge", "--facts", &facts, "--format", "json"]);
    let facts = Path::new(&facts);
    fs::remove_file(facts.join("2-of-3.dogpile-facts")).expect("it goes");
    fs::write(facts.join("3-of-3.dogpile-facts"), "nothing of the kind").expect("a file");
    let merged = merge();
    assert_eq!((merged.code, &merged.out), (one.code, &one.out));
    assert!(
        merged.err.contains("1 shard missing (2/3)") && merged.err.contains("is no file of facts"),
        "{}",
        merged.err
    );
    // Nor does it matter when somebody has edited the tree meanwhile.
    for file in place.files.iter().step_by(7) {
        let text = fs::read(file).expect("a file");
        fs::write(file, [b"// edited\n", text.as_slice()].concat()).expect("a file");
    }
    assert_eq!(merge().out, place.cold().out);
}

#[test]
fn facts_have_an_order() {
    let place = Place::new();
    let tree = place.tree.path();
    let facts = place.kept.path().join("facts").display().to_string();
    let complains = |args: &[&str], of: &str| {
        let run = told(tree, args);
        assert_eq!(run.code, Some(2), "{args:?}");
        assert!(run.err.contains(of), "{args:?}: {}", run.err);
    };
    complains(&["merge"], "merge --facts");
    complains(&["merge", "--facts", &facts], "cannot be read");
    complains(&["--shard", "1/2"], "--facts");
    complains(&["--shard", "3/2", "--facts", &facts], "numbered from 1 to 2");
    complains(&["--shard", "1/2", "--facts", &facts, "--format", "json"], "--format");
    complains(&["--shard", "1/2", "--facts", &facts, "--fix"], "--fix");
    fs::create_dir(&facts).expect("a folder");
    complains(&["merge", "--facts", &facts], "holds no facts");
    fs::write(Path::new(&facts).join("1-of-2.dogpile-facts"), "").expect("a file");
    fs::write(Path::new(&facts).join("1-of-3.dogpile-facts"), "").expect("a file");
    complains(&["merge", "--facts", &facts], "shards of 2 and of 3");
}
