//! The readers: installed once, when the first test asks.

use dogpile_testing::installed::{folder, npm, once, pip};
pub(crate) use dogpile_testing::installed::{good, ran};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// npm packages.
pub(crate) static NODE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = npm("readers/node", &manifest(""));
    // Its own script would do this; scripts of packages are not run.
    good("chmod", &ran(Command::new("chmod").arg("+x").arg(folder.join(SARIF_MULTITOOL))));
    folder
});

/// Programs of a Python of its own.
pub(crate) static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| pip("readers/python", &manifest("")));

/// The schema of JUnit reports as Maven's Surefire has it, from the sources of that release.
pub(crate) static SUREFIRE: LazyLock<PathBuf> = LazyLock::new(|| {
    const ARCHIVE: &str = "surefire/3.5.2/surefire-3.5.2-source-release.zip";
    const INSIDE: &str = "surefire-3.5.2/maven-surefire-plugin/src/site/resources/xsd/surefire-test-report.xsd";
    let folder = folder("readers/surefire");
    once(&folder, &[manifest("surefire.sha256")], || {
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
    let folder = folder("readers/go");
    once(&folder, &["go.sum", "go.mod"].map(manifest), || {
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
