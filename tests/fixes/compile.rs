//! Real compilers and formatters over what fixes made, and over what they made it from.

use crate::cases::{Case, all, root};
use dogpile_testing::installed::{good, npm, workshop};
use std::fs;
use std::path::Path;
use std::process::Command;

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

#[test]
fn go() {
    let clients = root().join("clients");
    let folder = workshop("fixes-clients/go", &["go.mod", "go.sum"].map(|name| clients.join(name)), "cases");
    for (case, forms) in of("go") {
        for (name, text) in forms {
            fs::create_dir_all(folder.join("cases").join(&name)).expect("a folder");
            fs::write(folder.join("cases").join(name).join(&case.file), text).expect("a file");
        }
    }
    let run =
        |program: &str, args: &[&str]| Command::new(program).args(args).current_dir(&folder).output().expect(program);
    let unformatted = run("gofmt", &["-l", "cases"]);
    good("gofmt", &unformatted);
    assert_eq!(String::from_utf8_lossy(&unformatted.stdout), "", "gofmt would change these");
    good("go build", &run("go", &["build", "-mod=readonly", "./..."]));
    good("go vet", &run("go", &["vet", "-mod=readonly", "./..."]));
}

#[test]
fn typescript() {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness-clients");
    npm("node-clients", &clients);
    let folder = workshop("node-clients/fixes", &[clients.join("tsconfig.json")], "cases");
    for (_, forms) in of("ts") {
        for (name, text) in forms {
            fs::write(folder.join("cases").join(format!("{name}.mts")), text).expect("a file");
        }
    }
    let prettier = ["../node_modules/prettier/bin/prettier.cjs", "--check"];
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
    let tsc = ["../node_modules/typescript/bin/tsc", "-p", ".", "--noEmit"];
    good("tsc", &Command::new("node").args(tsc).current_dir(&folder).output().expect("node"));
}

#[test]
fn rust() {
    let clients = root().join("clients");
    let manifests = ["Cargo.toml", "Cargo.lock", "rustfmt.toml"].map(|name| clients.join(name));
    let folder = workshop("fixes-clients/rust", &manifests, "src");
    let mut modules = Vec::new();
    for (_, forms) in of("rs") {
        for (name, text) in forms {
            fs::write(folder.join("src").join(format!("{name}.rs")), text).expect("a file");
            modules.push(format!("pub mod {name};\n"));
        }
    }
    modules.sort();
    fs::write(folder.join("src/lib.rs"), modules.concat()).expect("a file");
    let rustfmt =
        Command::new("rustfmt").args(["--check", "--edition", "2024", "src/lib.rs"]).current_dir(&folder).output();
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
