//! Harnesses in Go, with `go test`.

use crate::cases::{Case, cases, manifest};
use crate::server::server;
use dogpile_emit::Language;
use dogpile_suite::expect;
use dogpile_testing::installed::workshop;
use std::fs;
use std::process::Command;

fn redigo() -> impl Iterator<Item = Case> {
    cases(Language::Go, Some("redigo")).into_iter().map(|case| Case { name: format!("{}_redigo", case.name), ..case })
}

#[test]
fn go() {
    let mut cases = cases(Language::Go, None);
    // No page uses redigo; harnesses can.
    cases.extend(redigo());
    let folder = workshop("harness-clients/go", &["go.mod", "go.sum"].map(manifest), "cases");
    // A package each; its test is called by one that imports them all, so that one program is linked and not sixty.
    let (mut imports, mut calls) = (String::new(), String::new());
    for case in &cases {
        for (form, text) in [("written", case.harness.text.clone()), ("repaired", case.repaired())] {
            let name = format!("{}_{form}", case.name);
            let package = folder.join("cases").join(&name);
            fs::create_dir_all(&package).expect("a folder");
            let test =
                text.split("\nfunc Test").nth(1).and_then(|rest| rest.split('(').next()).expect("a test").to_owned();
            fs::write(package.join("harness.go"), text).expect("a file");
            imports += &format!("\t{name} \"harnesses/cases/{name}\"\n");
            calls += &format!("\tt.Run(\"{name}\", {name}.Test{test})\n");
        }
    }
    // As its own comment says, too: a file of its own, which `go test` finds by its name.
    let alone = folder.join("cases/alone");
    fs::create_dir_all(&alone).expect("a folder");
    let first = cases.first().expect("a case");
    fs::write(alone.join(&first.harness.file), &first.harness.text).expect("a file");
    let unformatted = Command::new("gofmt").args(["-l", "cases"]).current_dir(&folder).output().expect("gofmt");
    assert_eq!(String::from_utf8_lossy(&unformatted.stdout), "", "gofmt would change these");
    assert_eq!(String::from_utf8_lossy(&unformatted.stderr), "");
    let all =
        format!("package cases\n\nimport (\n\t\"testing\"\n\n{imports})\n\nfunc TestAll(t *testing.T) {{\n{calls}}}\n");
    fs::write(folder.join("cases/all_test.go"), all).expect("a file");
    let server = server();
    let run = Command::new("go")
        .args(["test", "-mod=readonly", "-count=1", "-v", "./cases", "./cases/alone"])
        .env("REDIS_URL", &server.url)
        .current_dir(&folder)
        .output()
        .expect("go");
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    let mut problems = Vec::new();
    for case in &cases {
        for (form, wanted) in [("written", "FAIL"), ("repaired", "PASS")] {
            let name = format!("TestAll/{}_{form}", case.name);
            // What it says stands between its beginning and that of the next.
            let of = out.split("=== RUN   ").find_map(|part| part.strip_prefix(&format!("{name}\n"))).unwrap_or("");
            let ended = out.contains(&format!("--- {wanted}: {name} ("));
            if !ended || (form == "written" && !of.contains(&case.breaks)) {
                problems.push(format!("{name}: wanted {wanted} ({})\n{of}", case.breaks));
            }
        }
    }
    if !out.contains("FAIL\tharnesses/cases/alone") {
        problems.push(format!("{}: not found by `go test`", first.harness.file));
    }
    if !problems.is_empty() {
        problems.push(err.into_owned());
    }
    expect::none(&problems);
}
