//! A warm project finds what a cold run finds, whatever is typed.

use super::*;
use crate::pipeline::STACK;
use dogpile_report::{Report, Tool, to_json};
use dogpile_testing::dice::Dice;
use dogpile_testing::typist::typed;
use rayon::ThreadPoolBuilder;
use std::fs;

/// Edits of each tree. `DOGPILE_EDITS` makes more of them, and `DOGPILE_TREE` another tree.
const EDITS: usize = 12;

/// All that an outcome tells, in a form that can be compared.
fn told(outcome: &Outcome) -> String {
    let report = Report {
        tool: Tool { name: "dogpile-lint", version: "0", uri: "" },
        rules: &[],
        entries: &outcome.entries,
        gone: &outcome.gone,
        problems: &outcome.problems,
        summary: outcome.summary,
        sources: &outcome.sources,
        root: "",
    };
    format!("{}\n{:#?}", to_json(&report), outcome.lifecycles)
}

fn diagnosed(project: &mut Project) -> String {
    told(&project.diagnose(&AtomicBool::new(false)).expect("it runs").expect("nobody stops it"))
}

fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, all);
        } else if language(&path.to_string_lossy()).is_some() {
            all.push(path);
        }
    }
}

/// Types at random in a tree, with what is warm beside what is cold.
fn hold_together(root: &Path, edits: usize, seed: u64) {
    let mut files = Vec::new();
    sources(root, &mut files);
    let originals: Vec<String> = files.iter().map(|f| fs::read_to_string(f).expect("text")).collect();
    let mut texts = originals.clone();
    let mut dice = Dice::new(seed);
    let mut warm = Project::new(root.to_owned(), Wanted::default());
    diagnosed(&mut warm);
    let mut different = 0;
    let mut before = String::new();
    for edit in 0..edits {
        let file = dice.below(files.len());
        texts[file] = typed(&texts[file], &originals[file], &mut dice);
        warm.set_text(&files[file], Arc::from(texts[file].as_str()));
        // Now and then an analysis is dropped half way.
        if dice.below(4) == 0 {
            assert!(warm.diagnose(&AtomicBool::new(true)).expect("it runs").is_none());
        }
        let mut cold = Project::new(root.to_owned(), Wanted::default());
        for (file, text) in files.iter().zip(&texts) {
            cold.set_text(file, Arc::from(text.as_str()));
        }
        let (warm, cold) = (diagnosed(&mut warm), diagnosed(&mut cold));
        if warm != cold {
            let (a, b): (Vec<&str>, Vec<&str>) = (warm.lines().collect(), cold.lines().collect());
            let at = a.iter().zip(&b).position(|(a, b)| a != b).unwrap_or(0);
            let around =
                |lines: &[&str]| lines[at.saturating_sub(20).min(lines.len())..(at + 10).min(lines.len())].join("\n");
            panic!("edit {edit}, of {}:\nwarm:\n{}\ncold:\n{}", files[file].display(), around(&a), around(&b));
        }
        different += usize::from(warm != before);
        before = warm;
    }
    assert!(different > edits / 4, "what is typed makes a difference: {different}");
}

fn pooled(run: impl FnOnce() + Send) {
    ThreadPoolBuilder::new().stack_size(STACK).build().expect("threads").install(run);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(|_| ()).expect("a file") }
    }
}

#[test]
fn a_warm_project_finds_what_a_cold_run_finds() {
    let edits = std::env::var("DOGPILE_EDITS").ok().and_then(|n| n.parse().ok()).unwrap_or(EDITS);
    if let Some(tree) = std::env::var_os("DOGPILE_TREE") {
        pooled(|| hold_together(Path::new(&tree), edits, 0x5eed));
        return;
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("a path");
    for name in ["stacks", "monorepo", "leaked-lock"] {
        copy(&fixtures.join(name), &root.join(name));
    }
    fs::write(root.join("stacks/go.mod"), "module example.com/stacks\n").expect("a file");
    pooled(|| hold_together(&root, edits, 0x5eed));
}

#[test]
fn what_a_comment_says_of_a_function_comes_and_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("a path");
    let plain = "package app\n\nfunc Take(key string) (bool, error) { return ask(key) }\n\nfunc Give(key string) error { return tell(key) }\n\n\
        func Work() error {\n\tok, err := Take(\"report\")\n\tif err != nil || !ok {\n\t\treturn err\n\t}\n\
        \tif bad() {\n\t\treturn errBad\n\t}\n\treturn Give(\"report\")\n}\n";
    let said = plain
        .replace("func Take", "// dogpile: acquires key=$1 held=ret0\nfunc Take")
        .replace("func Give", "// dogpile: releases key=$1 guard=token\nfunc Give");
    let plain = format!("{plain}// dogpile: lock\n");
    fs::write(root.join("go.mod"), "module example.com/app\n").expect("a file");
    fs::write(root.join("a.go"), &plain).expect("a file");
    let leaks = |project: &mut Project, text: &str| {
        project.set_text(&root.join("a.go"), Arc::from(text));
        let outcome = project.diagnose(&AtomicBool::new(false)).expect("it runs").expect("nobody stops it");
        outcome.entries.iter().any(|e| e.finding.rule == "leaked-lock")
    };
    pooled(|| {
        let mut project = Project::new(root.clone(), Wanted::default());
        for _ in 0..2 {
            assert!(!leaks(&mut project, &plain));
            assert!(leaks(&mut project, &said));
        }
    });
}

#[test]
fn files_come_and_go_and_configurations_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("a path");
    let lock = "package app\n\nimport (\n\t\"context\"\n\t\"time\"\n\n\t\"github.com/redis/go-redis/v9\"\n)\n\n\
        func Take(ctx context.Context, rdb *redis.Client) error {\n\tok, err := rdb.SetNX(ctx, \"report\", \"1\", 30*time.Second).Result()\n\
        \tif err != nil || !ok {\n\t\treturn err\n\t}\n\tdefer rdb.Del(ctx, \"report\")\n\treturn work(ctx)\n}\n";
    let rules = |project: &mut Project| -> Vec<&'static str> {
        let outcome = project.diagnose(&AtomicBool::new(false)).expect("it runs").expect("nobody stops it");
        outcome.entries.iter().map(|e| e.finding.rule).collect()
    };
    pooled(|| {
        fs::write(root.join("go.mod"), "module example.com/app\n").expect("a file");
        let mut project = Project::new(root.clone(), Wanted::default());
        assert!(rules(&mut project).is_empty());
        // A buffer that was never saved, then one that is a test, then a file that somebody else wrote.
        let unsaved = root.join("unsaved.go");
        project.set_text(&unsaved, Arc::from(lock));
        assert!(rules(&mut project).contains(&"constant-token"));
        project.set_text(&unsaved, Arc::from(lock.replace("\"1\"", "token()")));
        assert!(!rules(&mut project).contains(&"constant-token"));
        project.forget_text(&unsaved);
        assert!(rules(&mut project).is_empty());
        project.set_text(&root.join("a_test.go"), Arc::from(lock));
        assert!(rules(&mut project).is_empty());
        let written = root.join("written.go");
        fs::write(&written, lock).expect("a file");
        project.on_disk(&written);
        assert!(rules(&mut project).contains(&"constant-token"));
        let config = root.join("dogpile.toml");
        fs::write(&config, "[rules]\nconstant-token = \"off\"\n").expect("a file");
        project.on_disk(&config);
        assert!(!rules(&mut project).contains(&"constant-token"));
        fs::write(&config, "[rulez]\n").expect("a file");
        project.on_disk(&config);
        assert!(project.diagnose(&AtomicBool::new(false)).is_err());
        fs::remove_file(&config).expect("a file");
        project.on_disk(&config);
        assert!(rules(&mut project).contains(&"constant-token"));
        fs::remove_file(&written).expect("a file");
        project.on_disk(&written);
        assert!(rules(&mut project).is_empty());
    });
}
