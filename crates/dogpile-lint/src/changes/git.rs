//! Asks git, and lets the repository start nothing: no hook, no driver, no filter, no monitor, no fetch.

use anyhow::{Context as _, anyhow, bail};
use std::env;
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// Settings of a repository that would start a program when files are compared.
const FILTERS: &str = r"^filter\..*\.(clean|smudge|process|required)$";
/// Where hooks tell git which repository they are in, perhaps from the folder that we are in.
const PLACES: [&str; 3] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"];

/// A repository.
#[derive(Debug)]
pub(super) struct Git {
    folder: PathBuf,
    settings: Vec<OsString>,
}

impl Git {
    /// The repository that a folder is in. A hook's environment says which it is, whatever the folder.
    ///
    /// # Errors
    /// When there is none, or no git.
    pub(super) fn open(cwd: &Path, folder: &Path) -> anyhow::Result<Self> {
        let told = env::var_os("GIT_DIR").is_some();
        let mut git = Self { folder: if told { cwd } else { folder }.to_owned(), settings: Vec::new() };
        let top =
            git.line(&["rev-parse", "--show-toplevel"]).context("--diff and --staged ask git about this folder")?;
        git.folder = PathBuf::from(os(top));
        let names = git.command(cwd, &["config", "--null", "--name-only", "--get-regexp", FILTERS]).output()?.stdout;
        for name in names.split(|b| *b == 0).filter(|name| !name.is_empty()) {
            if name.contains(&b'=') {
                bail!("git's configuration has a filter with an odd name: {}", String::from_utf8_lossy(name));
            }
            let off: &[u8] = if name.ends_with(b".required") { b"=false" } else { b"=" };
            git.settings.extend([OsString::from("-c"), os([name, off].concat())]);
        }
        Ok(git)
    }

    /// The folder at its top.
    pub(super) fn top(&self) -> &Path {
        &self.folder
    }

    fn command(&self, cwd: &Path, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(&self.folder)
            .args([
                "--no-pager",
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.quotePath=false",
            ])
            .args(&self.settings)
            .args(args)
            .envs([
                ("GIT_OPTIONAL_LOCKS", "0"),
                ("GIT_NO_LAZY_FETCH", "1"),
                ("GIT_ALLOW_PROTOCOL", "none"),
                ("LC_ALL", "C"),
            ])
            .env_remove("GIT_EXTERNAL_DIFF")
            .stdin(Stdio::null());
        for name in PLACES {
            if let Some(place) = env::var_os(name).filter(|place| Path::new(place).is_relative()) {
                command.env(name, cwd.join(place));
            }
        }
        command
    }

    /// What a command prints.
    ///
    /// # Errors
    /// What it complains of.
    pub(super) fn ask(&self, args: &[&str]) -> anyhow::Result<Vec<u8>> {
        self.asked(args)?.map_err(|complaint| anyhow!("git {}: {complaint}", args.first().unwrap_or(&"")))
    }

    /// The same; a complaint is an answer too.
    fn asked(&self, args: &[&str]) -> anyhow::Result<Result<Vec<u8>, String>> {
        let cwd = env::current_dir().context("the current folder cannot be found")?;
        let output = self.command(&cwd, args).output().context("git cannot be started")?;
        if output.status.success() {
            return Ok(Ok(output.stdout));
        }
        let complaint = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
        Ok(Err(complaint.trim_start_matches("fatal: ").to_owned()))
    }

    fn line(&self, args: &[&str]) -> anyhow::Result<Vec<u8>> {
        Ok(self.ask(args)?.strip_suffix(b"\n").map(<[u8]>::to_vec).unwrap_or_default())
    }

    /// The commit that a name stands for; `None`: it stands for none.
    pub(super) fn commit(&self, name: &str) -> anyhow::Result<Option<String>> {
        // No name of git's begins so, and an option must not come in by one.
        if name.starts_with('-') {
            return Ok(None);
        }
        let asked = self.asked(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")])?;
        Ok(asked.ok().map(|id| String::from_utf8_lossy(&id).trim().to_owned()))
    }

    /// Where two commits parted.
    pub(super) fn parted(&self, one: &str, other: &str) -> anyhow::Result<Option<String>> {
        let asked = self.asked(&["merge-base", one, other])?;
        Ok(asked.ok().map(|id| String::from_utf8_lossy(&id).trim().to_owned()).filter(|id| !id.is_empty()))
    }

    /// Whether its history ends where somebody cut it off.
    pub(super) fn is_shallow(&self) -> bool {
        self.ask(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|said| said.starts_with(b"true"))
    }

    /// A tree with nothing in it.
    pub(super) fn empty_tree(&self) -> anyhow::Result<String> {
        Ok(String::from_utf8_lossy(&self.ask(&["hash-object", "-t", "tree", "--stdin"])?).trim().to_owned())
    }

    /// The contents of blobs, in order; `None`: there is none of that name.
    pub(super) fn blobs(&self, ids: &[String]) -> anyhow::Result<Vec<Option<Vec<u8>>>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let cwd = env::current_dir().context("the current folder cannot be found")?;
        let mut command = self.command(&cwd, &["cat-file", "--batch"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("git cannot be started")?;
        let (stdin, asked) = (child.stdin.take(), ids.join("\n") + "\n");
        // It answers while it is asked: whoever writes all first may wait for ever.
        let asking = thread::spawn(move || stdin.map(|mut to| to.write_all(asked.as_bytes())));
        let output = child.wait_with_output().context("git cat-file")?;
        let _ = asking.join();
        answers(&output.stdout, ids.len()).ok_or_else(|| anyhow!("git cat-file said something else than was asked"))
    }
}

/// Reads `<id> <type> <size>\n<content>\n`, so many times.
fn answers(mut text: &[u8], count: usize) -> Option<Vec<Option<Vec<u8>>>> {
    let mut all = Vec::new();
    for _ in 0..count {
        let end = text.iter().position(|b| *b == b'\n')?;
        let head = std::str::from_utf8(&text[..end]).ok()?;
        text = &text[end + 1..];
        if head.ends_with(" missing") {
            all.push(None);
            continue;
        }
        let size: usize = head.rsplit(' ').next()?.parse().ok()?;
        let content = text.get(..size)?;
        all.push(head.contains(" blob ").then(|| content.to_vec()));
        text = text.get(size + 1..)?;
    }
    Some(all)
}

/// A name as git prints it.
#[cfg(unix)]
pub(super) fn os(bytes: impl AsRef<[u8]>) -> OsString {
    use std::os::unix::ffi::OsStrExt as _;
    OsStr::from_bytes(bytes.as_ref()).to_owned()
}

/// A name as git prints it.
#[cfg(not(unix))]
pub(super) fn os(bytes: impl AsRef<[u8]>) -> OsString {
    OsStr::new(&*String::from_utf8_lossy(bytes.as_ref())).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_by_their_size() {
        let said = b"aa blob 3\na\nb\nbb missing\ncc tree 1\nx\n";
        assert_eq!(answers(said, 3), Some(vec![Some(b"a\nb".to_vec()), None, None]));
        assert_eq!(answers(b"aa blob 30\na\n", 1), None);
    }
}
