//! Harnesses in TypeScript and JavaScript, with `node:test`.

use crate::cases::{Case, cases, manifest};
use crate::server::server;
use dogpile_emit::{Client, Language};
use dogpile_suite::expect;
use dogpile_testing::installed::{good, npm, workshop};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

#[test]
fn typescript() {
    npm("node-clients", &manifest(""));
    let folder = workshop("node-clients/harnesses", &[manifest("tsconfig.json")], "cases");
    let typed = cases(Language::TypeScript, None);
    // Where the pages use one client, JavaScript uses the other, so that every protocol runs on more than one.
    let ioredis = cases(Language::JavaScript, Some("ioredis"));
    let node_redis = cases(Language::JavaScript, Some("node-redis"));
    let names = |cases: &[Case]| cases.iter().map(|case| case.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&typed), names(&ioredis));
    assert_eq!(names(&typed), names(&node_redis));
    assert!(typed.len() >= 25, "harnesses of {} findings", typed.len());
    let plain: Vec<_> = node_redis
        .into_iter()
        .zip(ioredis)
        .zip(&typed)
        .map(|((node, io), own)| if own.harness.client == Client::Ioredis { node } else { io })
        .collect();
    let mut runs = Vec::new();
    for (cases, ending) in [(&typed, "mts"), (&plain, "mjs")] {
        for case in cases {
            for (form, text) in [("written", case.harness.text.clone()), ("repaired", case.repaired())] {
                let name = format!("{}_{form}.test", case.name);
                fs::write(folder.join("cases").join(format!("{name}.{ending}")), text).expect("a file");
                let built =
                    if ending == "mts" { format!("cases/built/{name}.mjs") } else { format!("cases/{name}.mjs") };
                runs.push((case, form == "repaired", built));
            }
        }
    }
    good("prettier", &node(&folder, &["../node_modules/prettier/bin/prettier.cjs", "--check", "cases/*.m?s"]));
    good("tsc", &node(&folder, &["../node_modules/typescript/bin/tsc", "-p", "."]));
    let server = server();
    let mut problems = Vec::new();
    for some in runs
        .chunks(runs.len().div_ceil(2))
        .map(|half| {
            let (folder, url) = (folder.clone(), server.url.clone());
            let half: Vec<(String, bool, String)> =
                half.iter().map(|(case, repaired, file)| (case.breaks.clone(), *repaired, file.clone())).collect();
            thread::spawn(move || {
                half.iter()
                    .filter_map(|(breaks, repaired, file)| wrong(&folder, &url, breaks, *repaired, file))
                    .collect::<Vec<_>>()
            })
        })
        .collect::<Vec<_>>()
    {
        problems.extend(some.join().expect("a thread"));
    }
    expect::none(&problems);
}

fn wrong(folder: &Path, url: &str, breaks: &str, repaired: bool, file: &str) -> Option<String> {
    let run = Command::new("node").arg(file).env("REDIS_URL", url).current_dir(folder).output().expect("node");
    let said = String::from_utf8_lossy(&run.stdout);
    let fits = run.status.success() == repaired && (repaired || said.contains(breaks)) && said.contains("# tests 1");
    (!fits).then(|| {
        format!(
            "{file}: wanted {}, got {}\n{said}{}",
            if repaired { "a pass" } else { breaks },
            run.status,
            String::from_utf8_lossy(&run.stderr)
        )
    })
}

fn node(folder: &Path, args: &[&str]) -> Output {
    Command::new("node").args(args).current_dir(folder).output().expect("node")
}
