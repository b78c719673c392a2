//! The npm packages: one for each platform with the program, and one that depends on all of them by choice.
//!
//! Both name the same `bin`. In a project npm links that of the platform's package, so that no Node runs before the
//! program; where only the main package's is linked (a global install, pnpm) a script of a few lines starts it.

use super::{Dist, NAME, Target};
use crate::call;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const COMMON: &str = "\"license\": \"MIT OR Apache-2.0\",\n  \"homepage\": \"https://github.com/dogpile-lint/dogpile-lint\",\n  \
                      \"repository\": { \"type\": \"git\", \"url\": \"git+https://github.com/dogpile-lint/dogpile-lint.git\" }";
const SUMMARY: &str =
    "Finds what is wrong with Redis locks, cache fills and single flights in Go, TypeScript, JavaScript and Rust";

pub(super) fn pack(dist: &Dist<'_>) -> Result<()> {
    let folder = dist.out.join("npm");
    let (os, cpu) = dist.target.npm();
    let platform = folder.join("platform");
    fs::create_dir_all(platform.join("bin"))?;
    let program = dist.target.program();
    fs::copy(dist.stage.join(program), platform.join("bin").join(program))?;
    let about = format!(
        "{{\n  \"name\": \"{}\",\n  \"version\": \"{}\",\n  \"description\": \"{NAME} for {os} on {cpu}\",\n  {COMMON},\n  \
                         \"os\": [\"{os}\"],\n  \"cpu\": [\"{cpu}\"],\n  \"bin\": {{ \"{NAME}\": \"bin/{program}\" }},\n  \
                         \"preferUnplugged\": true,\n  \"files\": [\"bin\"]\n}}\n",
        platform_name(os, cpu),
        dist.version
    );
    put(dist, &platform, &about)?;

    let main = folder.join("main");
    fs::create_dir_all(main.join("bin"))?;
    let packaging = dist.root.join("packaging/npm");
    fs::copy(packaging.join("bin/dogpile-lint.js"), main.join("bin/dogpile-lint.js"))?;
    fs::copy(packaging.join("README.md"), main.join("README.md"))?;
    for folder in ["man", "completions"] {
        fs::create_dir_all(main.join(folder))?;
        for file in super::artifacts(&dist.stage.join(folder))? {
            fs::copy(&file, main.join(folder).join(file.file_name().context("a file has a name")?))?;
        }
    }
    let others: Vec<String> = Target::all_npm()
        .into_iter()
        .map(|(os, cpu)| format!("    \"{}\": \"{}\"", platform_name(os, cpu), dist.version))
        .collect();
    let pages: Vec<String> = super::artifacts(&main.join("man"))?
        .iter()
        .filter_map(|page| Some(format!("\"./man/{}\"", page.file_name()?.to_str()?)))
        .collect();
    let about = format!(
        "{{\n  \"name\": \"{NAME}\",\n  \"version\": \"{}\",\n  \"description\": \"{SUMMARY}\",\n  \
         \"keywords\": [\"redis\", \"lock\", \"linter\", \"redlock\", \"cache-stampede\"],\n  {COMMON},\n  \
         \"engines\": {{ \"node\": \">=14.14\" }},\n  \"bin\": {{ \"{NAME}\": \"bin/dogpile-lint.js\" }},\n  \
         \"man\": [{}],\n  \"files\": [\"bin\", \"man\", \"completions\"],\n  \"optionalDependencies\": {{\n{}\n  }}\n}}\n",
        dist.version,
        pages.join(", "),
        others.join(",\n")
    );
    put(dist, &main, &about)?;
    fs::remove_dir_all(folder)?;
    Ok(())
}

fn platform_name(os: &str, cpu: &str) -> String {
    format!("@{NAME}/{os}-{cpu}")
}

/// Packs a folder whose `package.json` says this.
fn put(dist: &Dist<'_>, folder: &Path, about: &str) -> Result<()> {
    fs::write(folder.join("package.json"), about)?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(dist.root.join(licence), folder.join(licence))?;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    call(Command::new(npm).args(["pack", "--silent", "--pack-destination"]).arg(&dist.out).current_dir(folder))
}

/// Files of the npm packages: the main one, and that of the platform.
pub(crate) fn packed(dist: &Dist<'_>) -> (PathBuf, PathBuf) {
    let (os, cpu) = dist.target.npm();
    let file = |name: &str| dist.out.join(format!("{name}-{}.tgz", dist.version));
    (file(NAME), file(&format!("{NAME}-{os}-{cpu}")))
}
