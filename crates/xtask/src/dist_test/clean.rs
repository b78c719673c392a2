//! What is installed, run with nothing around it.

use crate::dist::Dist;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An installed program, and the files that came with it.
pub(super) struct Installed {
    program: PathBuf,
    beside: Vec<PathBuf>,
    /// The root that it was installed into, and runs in.
    root: Option<PathBuf>,
    path: String,
}

impl Installed {
    pub(super) fn new(program: &Path) -> Self {
        Self { program: program.to_owned(), beside: Vec::new(), root: None, path: String::new() }
    }

    pub(super) fn with(mut self, beside: &[PathBuf]) -> Self {
        self.beside = beside.to_vec();
        self
    }

    /// Runs it with that folder as the root of everything.
    pub(super) fn within(mut self, root: &Path) -> Self {
        self.root = Some(root.to_owned());
        self
    }

    /// Runs it with that search path.
    pub(super) fn on_path(mut self, path: String) -> Self {
        self.path = path;
        self
    }

    fn run(&self, folder: &Path, args: &[&str]) -> Result<Output> {
        let mut command = match &self.root {
            Some(root) => {
                let inside = |path: &Path| Path::new("/").join(path.strip_prefix(root).unwrap_or(path));
                let mut command = Command::new("chroot");
                command.arg(root).arg(inside(&self.program)).args(args);
                command
            }
            None => {
                let mut command = Command::new(&self.program);
                command.args(args).current_dir(folder);
                command
            }
        };
        if self.root.is_none() {
            command.env_clear().env("PATH", &self.path);
        }
        command.output().with_context(|| format!("starting {}", self.program.display()))
    }

    /// It is of that version, tells of rules, finds what there is in a fixture, and brought what stands beside it.
    pub(super) fn check(&self, dist: &Dist<'_>, fixture: &Path) -> Result<()> {
        for file in &self.beside {
            if fs::metadata(file).map_or(0, |about| about.len()) == 0 {
                bail!("{} did not come with it", file.display());
            }
        }
        let folder = match &self.root {
            Some(root) => root.join("tmp"),
            None => dist.out.join("tried"),
        };
        let code = folder.join("code");
        copy(fixture, &code)?;
        let named = match &self.root {
            Some(_) => "/tmp/code".to_owned(),
            None => code.display().to_string(),
        };
        self.says(&folder, &["--version"], 0, &format!("dogpile-lint {}\n", dist.version))?;
        self.says(&folder, &["explain", "leaked-lock"], 0, "A way out that keeps the lock")?;
        self.says(&folder, &[&named], 1, "warning[leaked-lock]")?;
        self.says(&folder, &["locks", &named], 0, "audit:{id}")?;
        self.says(&folder, &["completions", "bash"], 0, "complete -F")?;
        fs::remove_dir_all(code)?;
        Ok(())
    }

    fn says(&self, folder: &Path, args: &[&str], code: i32, words: &str) -> Result<()> {
        let output = self.run(folder, args)?;
        let out = String::from_utf8_lossy(&output.stdout);
        if output.status.code() != Some(code) || !out.contains(words) {
            let err = String::from_utf8_lossy(&output.stderr);
            bail!("{args:?}: {} instead of {code}, or no {words:?} in\n{out}{err}", output.status);
        }
        Ok(())
    }
}

/// Whether we are root, who alone may change roots.
pub(super) fn may_chroot() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
