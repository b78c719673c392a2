//! Real compilers and formatters over what fixes made, and over what they made it from.

use crate::cases::{Case, all, root};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Where this test was built: `target/debug/deps/fixes-…` is three below.
fn target() -> PathBuf {
    std::env::current_exe().expect("this test's own path").ancestors().nth(3).expect("a target folder").to_owned()
}

/// A fresh folder of sources beside what compilers keep between runs.
fn folder(language: &str, manifests: &[PathBuf], sources: &str) -> PathBuf {
    let folder = target().join("fixes-clients").join(language);
    let _ = fs::remove_dir_all(folder.join(sources));
    fs::create_dir_all(folder.join(sources)).expect("a folder");
    for manifest in manifests {
        fs::copy(manifest, folder.join(manifest.file_name().expect("a name"))).expect("copied");
    }
    folder
}

fn of(language: &str) -> Vec<(Case, Vec<(String, String)>)> {
    let cases = all().into_iter().filter(|case| case.language() == language);
    cases
        .map(|case| {
            let forms = vec![
                (format!("{}_before", case.name()), case.before.clone()),
                (format!("{}_after", case.name()), case.after()),
            ];
            (case, forms)
        })
        .collect()
}

fn good(what: &str, run: &Output) {
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{what}:\n{out}{err}");
}

#[test]
fn go() {
    let clients = root().join("clients");
    let folder = folder("go", &[clients.join("go.mod"), clients.join("go.sum")], "cases");
    for (case, forms) in of("go") {
        for (name, text) in forms {
            fs::create_dir_all(folder.join("cases").join(&name)).expect("a folder");
            fs::write(folder.join("cases").join(name).join(&case.file), text).expect("a file");
        }
    }
    let run = |program: &str, args: &[&str]| Command::new(program).args(args).current_dir(&folder).output().expect(program);
    let unformatted = run("gofmt", &["-l", "cases"]);
    good("gofmt", &unformatted);
    assert_eq!(String::from_utf8_lossy(&unformatted.stdout), "", "gofmt would change these");
    good("go build", &run("go", &["build", "-mod=readonly", "./..."]));
    good("go vet", &run("go", &["vet", "-mod=readonly", "./..."]));
}

#[test]
fn typescript() {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness-clients");
    let manifests = ["package.json", "package-lock.json", "tsconfig.json"].map(|name| clients.join(name));
    let folder = folder("node", &manifests, "cases");
    install(&folder);
    for (_, forms) in of("ts") {
        for (name, text) in forms {
            fs::write(folder.join("cases").join(format!("{name}.mts")), text).expect("a file");
        }
    }
    let prettier = ["node_modules/prettier/bin/prettier.cjs", "--check"];
    for (case, forms) in of("ts") {
        // As each file writes its own quotes, semicolons and tabs.
        let has = |what: &str, option: &'static str| case.before.contains(what).then_some(option);
        let styles = [has("';\n", "--single-quote"), has("'\n", "--single-quote"), has("\t", "--use-tabs")];
        let bare = (!case.before.contains(";\n")).then_some("--no-semi");
        let files = forms.iter().map(|(name, _)| format!("cases/{name}.mts"));
        let mut command = Command::new("node");
        command.args(prettier).args(styles.into_iter().flatten()).args(bare).args(files).current_dir(&folder);
        good("prettier", &command.output().expect("node"));
    }
    let tsc = ["node_modules/typescript/bin/tsc", "-p", ".", "--noEmit"];
    good("tsc", &Command::new("node").args(tsc).current_dir(&folder).output().expect("node"));
}

/// What the lock file says, from the registry or from npm's own cache.
fn install(folder: &Path) {
    let lock = fs::read(folder.join("package-lock.json")).expect("a lock file");
    let stamp = folder.join("installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return;
    }
    let args = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
    good("npm ci", &Command::new("npm").args(args).current_dir(folder).output().expect("npm"));
    fs::write(stamp, lock).expect("a file");
}

#[test]
fn rust() {
    let clients = root().join("clients");
    let folder = folder("rust", &[clients.join("Cargo.toml"), clients.join("Cargo.lock"), clients.join("rustfmt.toml")], "src");
    let mut modules = Vec::new();
    for (_, forms) in of("rs") {
        for (name, text) in forms {
            fs::write(folder.join("src").join(format!("{name}.rs")), text).expect("a file");
            modules.push(format!("pub mod {name};\n"));
        }
    }
    modules.sort();
    fs::write(folder.join("src/lib.rs"), modules.concat()).expect("a file");
    let rustfmt = Command::new("rustfmt").args(["--check", "--edition", "2024", "src/lib.rs"]).current_dir(&folder).output();
    good("rustfmt", &rustfmt.expect("rustfmt"));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = Command::new(cargo)
        .args(["check", "--locked"])
        .env("CARGO_TARGET_DIR", folder.join("target"))
        // What this very run was started with is not meant for it.
        .env_remove("RUSTFLAGS")
        .current_dir(&folder)
        .output()
        .expect("cargo");
    good("cargo check", &run);
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(!said.contains("_after.rs"), "mended code compiles with warnings:\n{said}");
}
