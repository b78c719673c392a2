//! The npm packages, installed by npm from a registry of our own on this machine, so that it has to choose the platform.

use super::clean::Installed;
use crate::call;
use crate::dist::{Dist, npm_packages};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const REGISTRY: &str = include_str!("registry.mjs");

pub(super) fn install(dist: &Dist<'_>, folder: &Path) -> Result<Installed> {
    let server = folder.join("registry.mjs");
    fs::write(&server, REGISTRY)?;
    let (main, platform) = npm_packages(dist);
    let mut registry = Command::new("node")
        .arg(&server)
        .args([&main, &platform])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("node is needed")?;
    let out = registry.stdout.take().context("the registry has an output")?;
    let mut address = String::new();
    BufReader::new(out).read_line(&mut address)?;
    let app = folder.join("app");
    fs::create_dir_all(&app)?;
    fs::write(app.join("package.json"), "{ \"private\": true }\n")?;
    let installed = call(
        Command::new("npm")
            .args(["install", "--save-dev", "--no-audit", "--no-fund", "--ignore-scripts", "dogpile-lint"])
            .arg(format!("--registry={}", address.trim()))
            .arg(format!("--cache={}", folder.join("cache").display()))
            .current_dir(&app),
    );
    // It ends when its input does.
    drop(registry.stdin.take());
    registry.wait()?;
    installed?;
    let modules = app.join("node_modules");
    let (os, cpu) = dist.target.npm();
    let scope = modules.join("@dogpile-lint");
    let platforms: Vec<String> =
        fs::read_dir(&scope)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    if platforms != [format!("{os}-{cpu}")] {
        bail!("npm installed {platforms:?}, and this is {os} on {cpu}");
    }
    // npm links the program itself, and no Node runs before it; where it does, the script does the same.
    let native = scope.join(format!("{os}-{cpu}/bin/dogpile-lint")).canonicalize()?;
    let linked = modules.join(".bin/dogpile-lint");
    if linked.canonicalize()? != native {
        bail!("npm links {}, and not the program", linked.canonicalize()?.display());
    }
    let main = modules.join("dogpile-lint");
    let node = String::from_utf8(Command::new("which").arg("node").output()?.stdout)?;
    let node = Path::new(node.trim()).parent().context("node lies in a folder")?.display().to_string();
    let script = Installed::new(&main.join("bin/dogpile-lint.js")).on_path(format!("{node}:/usr/bin:/bin"));
    script.check(dist, &dist.root.join("fixtures/leaked-lock")).context("the script that starts it")?;
    let beside = [main.join("man/dogpile-lint.1"), main.join("completions/dogpile-lint.bash")];
    Ok(Installed::new(&linked).with(&beside))
}
