//! Trees made to harm whoever lints them: nothing in them is waited for, read without bound, run, or read elsewhere.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "tests make files")]

mod trees;

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::os::unix::fs::symlink;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use trees::{LOCKED, Run, Tree, command};

/// Nothing here takes as long, however busy the machine.
const HANG: Duration = Duration::from_secs(30);
const TYPESCRIPT: &str = "import Redis from 'ioredis';\n\nexport async function sweep(redis: Redis) {\n  await redis.set('lock:sweep', '1', 'PX', 5000, 'NX');\n}\n";
const RUST: &str = "use redis::Commands;\n\nconst SCRIPT: &str = include_str!(\"../s.lua\");\n\npub fn sweep(con: &mut redis::Connection) -> redis::RedisResult<bool> {\n    redis::Script::new(SCRIPT).key(\"lock:sweep\").invoke(con)\n}\n";

/// Runs the program, for some time at most.
fn run(tree: &Tree, args: &[&str]) -> Run {
    // Files, which never fill as pipes that nobody reads do.
    let (mut out, mut err) = (tempfile::tempfile().expect("a file"), tempfile::tempfile().expect("a file"));
    let to = |file: &File| Stdio::from(file.try_clone().expect("a file"));
    let mut child = command(&tree.path(), args).stdout(to(&out)).stderr(to(&err)).spawn().expect("the program runs");
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if begun.elapsed() > HANG {
            child.kill().expect("a child");
            panic!("it hangs: {args:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let text = |file: &mut File| {
        let mut bytes = Vec::new();
        file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("a file");
        bytes
    };
    trees::ended(Output { status, stdout: text(&mut out), stderr: text(&mut err) })
}

fn tree() -> Tree {
    Tree::new(&[("go.mod", "module m\n"), ("a.go", LOCKED), ("src/a.ts", TYPESCRIPT), ("src/a.rs", RUST)])
}

fn fifo(tree: &Tree, path: &str) {
    let path = tree.path().join(path);
    let _ = std::fs::remove_file(&path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
}

#[test]
fn pipes_are_not_waited_for() {
    for name in ["go.mod", "go.work", "package.json", "tsconfig.json", "src/jsconfig.json", "Cargo.toml"] {
        let tree = tree();
        fifo(&tree, name);
        let run = run(&tree, &["--format", "concise"]);
        assert_eq!(run.code, Some(1), "{name}: {}", run.err);
        assert!(
            run.err.contains(&format!("problem: {name}: is left out of the names of packages: it is no regular file")),
            "{name}: {}",
            run.err
        );
    }
    for name in [".gitignore", ".ignore", ".git/info/exclude"] {
        let above = tree();
        fifo(&above, name);
        let stopped = run(&above, &[]);
        assert_eq!(
            (stopped.code, stopped.err.as_str()),
            (Some(2), format!("error: {name} is no regular file\n").as_str())
        );
        let within = tree();
        fifo(&within, &format!("src/{name}"));
        let told = run(&within, &["--format", "concise"]);
        assert_eq!(told.code, Some(1), "{name}: {}", told.err);
        assert!(
            told.err.contains(&format!("problem: src: is not entered: its {name} is no regular file")),
            "{}",
            told.err
        );
    }
    let names = tree();
    names.write("dogpile.toml", b"[models]\nfiles = [\"m.toml\"]\n");
    fifo(&names, "m.toml");
    assert_eq!(run(&names, &[]).err, "error: dogpile.toml:2: model file `m.toml`: is no regular file\n");
    names.write("dogpile.toml", b"[lint]\nbaseline = \"m.toml\"\n");
    assert_eq!(run(&names, &[]).err, "error: cannot read the baseline m.toml: is no regular file\n");
    let others = tree();
    fifo(&others, "b.go");
    fifo(&others, "s.lua");
    fifo(&others, "src/dogpile.toml");
    others.write("Cargo.toml", b"[package]\nname = \"m\"\n");
    assert_eq!(run(&others, &[]).code, Some(1));
    assert_eq!(run(&others, &["b.go"]).code, Some(2));
}

#[test]
fn what_is_too_large_is_said() {
    let tree = tree();
    let large = " ".repeat(5 << 20);
    tree.write("package.json", large.as_bytes());
    let said = run(&tree, &["--format", "concise"]).err;
    assert!(
        said.contains(
            "problem: package.json: is left out of the names of packages: it is larger than the 4 MB that are read"
        ),
        "{said}"
    );
    tree.write("s.lua", large.as_bytes());
    tree.write("Cargo.toml", b"[package]\nname = \"m\"\n");
    let said = run(&tree, &["--format", "concise"]).err;
    assert!(
        said.contains(
            "problem: src/a.rs: what `../s.lua` holds is left out: 5.0 MB is more than the 4.0 MB of --max-file-size"
        ),
        "{said}"
    );
    tree.write("dogpile.toml", b"[models]\nfiles = [\"package.json\"]\n");
    assert_eq!(
        run(&tree, &[]).err,
        "error: dogpile.toml:2: model file `package.json`: is larger than the 4 MB that are read\n"
    );
    tree.write("dogpile.toml", large.as_bytes());
    assert_eq!(run(&tree, &[]).err, "error: dogpile.toml: is larger than the 4 MB that are read\n");
    tree.write("dogpile.toml", b"");
    tree.write(".gitignore", "a\n".repeat(200_000).as_bytes());
    assert_eq!(run(&tree, &[]).err, "error: .gitignore is longer than the 256 KB that are read\n");
    for args in [["--latency", "/dev/zero"], ["replay", "/dev/zero"]] {
        let said = run(&tree, &args);
        assert_eq!(
            (said.code, said.err.as_str()),
            (Some(2), "error: cannot read /dev/zero: is larger than the 64 MB that are read\n")
        );
    }
}

#[test]
fn modules_that_take_in_each_other_are_gone_through_once() {
    let (tree, all) = (tree(), 0..16);
    for own in all.clone() {
        let others =
            |line: &dyn Fn(u32) -> String| all.clone().filter(|other| *other != own).map(line).collect::<String>();
        let taken = others(&|other| format!("use crate::m{other}::*;\npub use super::m{other}::*;\n"));
        tree.write(
            &format!("src/m{own}.rs"),
            format!("{taken}pub fn f{own}(t: Unknown) {{ missing(); t.go(); }}\n").as_bytes(),
        );
        let taken = others(&|other| format!("export * from './m{other}';\n"));
        let from = (own + 1) % 16;
        tree.write(
            &format!("src/m{own}.ts"),
            format!("import {{ missing }} from './m{from}';\n{taken}export function f{own}() {{ missing(); }}\n")
                .as_bytes(),
        );
    }
    let modules: String = all.clone().map(|own| format!("pub mod m{own};\n")).collect();
    tree.write("src/lib.rs", format!("{modules}pub mod a;\n").as_bytes());
    tree.write("Cargo.toml", b"[package]\nname = \"p\"\nversion = \"1.0.0\"\n");
    tree.write(
        "src/a.rs",
        format!("use crate::m1::*;\n{RUST}fn after() {{ missing(); crate::m2::other(); }}\n").as_bytes(),
    );
    tree.write(
        "src/a.ts",
        format!("import {{ missing }} from './m1';\n{TYPESCRIPT}\nexport function after() {{ missing(); }}\n")
            .as_bytes(),
    );
    let run = run(&tree, &["--format", "concise", "--no-prefilter"]);
    assert!(run.out.contains("a.go:"), "{}{}", run.out, run.err);
}

#[test]
fn configurations_that_name_each_other_are_read_once() {
    let tree = tree();
    let all: Vec<String> = (0..20).map(|n| format!("\"./{n}.json\"")).collect();
    let text = format!("{{\"extends\": [{}], \"references\": []}}", all.join(", "));
    tree.write("tsconfig.json", text.as_bytes());
    for n in 0..20 {
        tree.write(&format!("{n}.json"), text.as_bytes());
    }
    assert_eq!(run(&tree, &["--format", "concise"]).code, Some(1));
    for n in 0..80 {
        tree.write(&format!("{n}.json"), format!("{{\"extends\": \"./{}.json\"}}", n + 1).as_bytes());
    }
    tree.write("tsconfig.json", b"{\"extends\": \"./0.json\"}");
    let said = run(&tree, &["--format", "concise"]).err;
    assert!(
        said.contains(
            "problem: tsconfig.json: is left out of the names of packages: it extends too many files in a row"
        ),
        "{said}"
    );
}

/// What the program opened, started and connected to, as the kernel saw it.
fn traced(tree: &Tree, folder: &str, args: &[&str]) -> (Vec<String>, String) {
    let log = tree.path().join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-s", "4096", "-e", "trace=network,execve,execveat,open,openat,openat2", "-o"]).arg(&log);
    let ended = strace
        .arg(env!("CARGO_BIN_EXE_dogpile-lint"))
        .args(args)
        .current_dir(tree.path().join(folder))
        .output()
        .expect("strace is installed");
    let out = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    let text = std::fs::read_to_string(&log).expect("a trace");
    let calls = text.lines().filter(|line| !line.contains("ENOENT") && !line.contains("resumed"));
    (calls.filter_map(|line| Some(line.split_once(' ')?.1.trim().to_owned())).collect(), out)
}

#[test]
fn a_tree_reads_runs_and_reaches_nothing_else() {
    let tree = tree();
    let root = tree.path().display().to_string();
    let secret = "{\"compilerOptions\": {\"paths\": {\"secret\": [\"./x.ts\"]}}}";
    tree.write("out/secret.json", secret.as_bytes());
    for (path, text) in [
        ("in/dogpile.toml", "[lint]\nexclude = [\"../**\", \"/etc/**\"]\n".to_owned()),
        ("in/tsconfig.json", format!("{{\"extends\": [\"../out/secret.json\", \"{root}/out/secret\", \"./link.json\", \"@out/secret.json\"], \"references\": [{{\"path\": \"../out/secret.json\"}}]}}")),
        ("in/go.mod", "module m\nreplace example.com/x => ../out\n".to_owned()),
        ("in/go.work", "use ../out\n".to_owned()),
        ("in/Cargo.toml", "[package]\nname = \"m\"\nworkspace = \"../out\"\n[dependencies]\nb = { path = \"../out\" }\n[lib]\npath = \"../out/secret.json\"\n".to_owned()),
        ("in/a.go", format!("// dogpile: p99 5s\n{}\n//go:embed ../out/secret.json\nvar script string\n", LOCKED)),
        ("in/src/a.ts", format!("import x from '../../out/secret.json';\nimport y from '{root}/out/secret.json';\n{TYPESCRIPT}")),
        ("in/src/a.rs", RUST.replace("../s.lua", "../../out/secret.json")),
        ("in/src/b.rs", RUST.replace("../s.lua", "../folder/secret.json")),
        ("in/src/c.rs", RUST.replace("../s.lua", &format!("{root}/out/secret.json"))),
    ] {
        tree.write(path, text.as_bytes());
    }
    symlink("../out/secret.json", tree.path().join("in/link.json")).expect("a link");
    symlink("../out", tree.path().join("in/folder")).expect("a link");
    symlink("../out/secret.json", tree.path().join("in/b.go")).expect("a link");
    std::fs::create_dir_all(tree.path().join("in/node_modules/@out")).expect("a folder");
    symlink("../../../out/secret.json", tree.path().join("in/node_modules/@out/secret.json")).expect("a link");
    std::fs::create_dir_all(tree.path().join("in/.git")).expect("a folder");
    let (calls, out) = traced(&tree, "in", &["--format", "concise"]);
    assert!(calls.iter().any(|call| call.contains("in/src/a.ts\"")), "the trace shows what is read: {calls:?}");
    let started: Vec<&String> = calls.iter().filter(|call| call.starts_with("execve")).collect();
    assert_eq!(started.len(), 1, "only the program itself: {started:?}");
    let reached: Vec<&String> = calls
        .iter()
        .filter(|call| ["socket(", "connect(", "bind(", "sendto("].iter().any(|name| call.starts_with(name)))
        .collect();
    assert!(reached.is_empty(), "{reached:?}");
    let opened = |call: &&String| call.starts_with("open");
    let leaked: Vec<&String> = calls
        .iter()
        .filter(opened)
        .filter(|call| call.contains("/out") || call.contains("link.json") || call.contains("/folder"))
        .collect();
    assert!(leaked.is_empty(), "{leaked:?}");
    let written: Vec<&String> = calls
        .iter()
        .filter(opened)
        .filter(|call| call.contains("O_WRONLY") || call.contains("O_RDWR") || call.contains("O_CREAT"))
        .collect();
    assert!(written.iter().all(|call| call.contains("/dev/")), "{written:?}");
    assert!(!out.lines().any(|line| line.starts_with('/') || line.starts_with("..")), "{out}");
    assert!(out.contains("lies outside the tree"), "{out}");
}

#[test]
fn a_configuration_that_is_a_link_stays_in_the_tree() {
    let tree = tree();
    tree.write("shared.toml", b"[rulez]\n");
    tree.write("in/a.go", LOCKED.as_bytes());
    std::fs::create_dir_all(tree.path().join("in/.git")).expect("a folder");
    symlink("../shared.toml", tree.path().join("in/dogpile.toml")).expect("a link");
    let said = run(&tree, &["in"]);
    assert_eq!(
        (said.code, said.err.as_str()),
        (Some(2), "error: in/dogpile.toml is a link that leads out of the tree; name the file with --config\n")
    );
    assert!(run(&tree, &["--config", "in/dogpile.toml", "in"]).err.contains("in/dogpile.toml:1: unknown table"));
}

#[test]
fn a_repository_that_claims_the_files_of_others_is_refused() {
    let tree = tree();
    tree.write("in/a.go", LOCKED.as_bytes());
    let folder = tree.path().join("in");
    for args in [&["init", "-q"][..], &["config", "core.worktree", "../.."]] {
        assert!(Command::new("git").args(args).current_dir(&folder).status().expect("git").success());
    }
    let path = std::env::var_os("PATH").expect("a path");
    let said = trees::ended(command(&folder, &["--staged"]).env("PATH", path).output().expect("the program runs"));
    assert!(said.code == Some(2) && said.err.contains("its files lie elsewhere (core.worktree)"), "{said:?}");
}
