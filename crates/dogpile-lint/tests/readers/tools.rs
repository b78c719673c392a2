//! The readers: installed once, when the first test asks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// npm packages.
pub(crate) static NODE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = folder("node");
    install(&folder, "package-lock.json", || {
        copy(&folder, "package.json");
        let npm = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
        good("npm ci", &ran(Command::new("npm").args(npm).current_dir(&folder)));
        // Its own script would do this; scripts of packages are not run.
        good("chmod", &ran(Command::new("chmod").arg("+x").arg(folder.join(SARIF_MULTITOOL))));
    });
    folder
});

/// Programs of a Python of its own.
pub(crate) static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = folder("python");
    install(&folder, "requirements.txt", || {
        good("venv", &ran(Command::new("python3").args(["-m", "venv", "--clear", "venv"]).current_dir(&folder)));
        let pip = ["-m", "pip", "install", "-q", "--require-hashes", "-r", "requirements.txt"];
        good("pip install", &ran(Command::new(folder.join("venv/bin/python")).args(pip).current_dir(&folder)));
    });
    folder.join("venv/bin")
});

/// The schema of JUnit reports as Maven's Surefire has it, from the sources of that release.
pub(crate) static SUREFIRE: LazyLock<PathBuf> = LazyLock::new(|| {
    const ARCHIVE: &str = "surefire/3.5.2/surefire-3.5.2-source-release.zip";
    const INSIDE: &str = "surefire-3.5.2/maven-surefire-plugin/src/site/resources/xsd/surefire-test-report.xsd";
    let folder = folder("surefire");
    install(&folder, "surefire.sha256", || {
        let address = format!("https://repo1.maven.org/maven2/org/apache/maven/surefire/{ARCHIVE}");
        let curl = ["--fail", "--silent", "--show-error", "--location", "--retry", "3", "--output", "surefire.zip"];
        good("curl", &ran(Command::new("curl").args(curl).arg(address).current_dir(&folder)));
        good("sha256sum", &ran(Command::new("sha256sum").args(["--check", "surefire.sha256"]).current_dir(&folder)));
        let unzip = format!("import zipfile; zipfile.ZipFile('surefire.zip').extract('{INSIDE}')");
        good("unzip", &ran(Command::new("python3").args(["-c", &unzip]).current_dir(&folder)));
    });
    folder.join(INSIDE)
});

/// The linter of workflows that is written in Go.
pub(crate) static ACTIONLINT: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = folder("go");
    install(&folder, "go.sum", || {
        copy(&folder, "go.mod");
        let build = ["build", "-mod=readonly", "-o", "actionlint", "github.com/rhysd/actionlint/cmd/actionlint"];
        good("go build", &ran(Command::new("go").args(build).current_dir(&folder)));
    });
    folder.join("actionlint")
});

const SARIF_MULTITOOL: &str = "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool";

/// The program that validates SARIF.
pub(crate) fn sarif_multitool() -> Command {
    let mut command = Command::new(NODE.join(SARIF_MULTITOOL));
    // It speaks English wherever it runs, and needs no library for the rest.
    command.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").env("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
    command
}

/// What stands in `tests/readers`.
pub(crate) fn manifest(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/readers").join(name)
}

pub(crate) fn ran(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|why| panic!("{:?}: {why}", command.get_program()))
}

pub(crate) fn good(what: &str, run: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{what}:\n{out}{err}");
    out.into_owned()
}

/// In the target folder, which this test's program is three below: `target/debug/deps/readers-…`.
fn folder(name: &str) -> PathBuf {
    let this = std::env::current_exe().expect("this test's own path");
    let folder = this.ancestors().nth(3).expect("a target folder").join("readers").join(name);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Installs what a lock file says, unless that was done.
fn install(folder: &Path, lock: &str, how: impl FnOnce()) {
    let text = fs::read(manifest(lock)).expect("a lock file");
    let stamp = folder.join("installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == text) {
        return;
    }
    let _ = fs::remove_file(&stamp);
    copy(folder, lock);
    how();
    fs::write(stamp, text).expect("a file");
}

fn copy(folder: &Path, name: &str) {
    fs::copy(manifest(name), folder.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
}
