//! A server of our own: on a unix socket in its own folder, and gone when we are, however we end.
//!
//! A destructor runs on return and on panic, and not when a process is killed. So the server is the child of a keeper
//! (`keeper.sh`), which waits for the end of a pipe that we hold and then ends server and folder. The keeper is the
//! server's parent, so the process it ends is the one it started; it is in a process group of its own, so that a ^C
//! meant for us reaches it by the pipe only.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::ServerError;

const KEEPER: &str = include_str!("keeper.sh");
const SOCKET: &str = "redis.sock";
/// The path of a socket has room for 104 bytes on macOS and 108 on Linux.
const LONGEST_SOCKET: usize = 100;
/// From the start of the process to its readiness. It takes some ten ms.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much of a log is worth keeping for an error.
const LOG_LINES: usize = 20;

/// A running server.
#[derive(Debug)]
pub(crate) struct Private {
    keeper: Child,
    /// The pipe whose end is the server's end.
    life: Option<ChildStdin>,
    folder: TempDir,
    pid: u32,
}

impl Private {
    /// Starts a server and waits until it says that it is ready.
    pub(crate) fn start(binary: &Path) -> Result<Private, ServerError> {
        Private::within(binary, PATIENCE)
    }

    fn within(binary: &Path, patience: Duration) -> Result<Private, ServerError> {
        let failed = |why: String| ServerError::NotStarted { binary: binary.to_owned(), log: vec![why] };
        let folder = folder().map_err(|error| failed(format!("no folder for it: {error}")))?;
        let mut keeper = keeper(binary, folder.path()).map_err(|error| failed(format!("sh: {error}")))?;
        let out = keeper.stdout.take();
        let mut private = Private { life: keeper.stdin.take(), keeper, folder, pid: 0 };
        let lines = out.map(lines).ok_or_else(|| failed("no pipe to it".to_owned()))?;
        // From here on dropping `private` ends whatever has started.
        let until = Instant::now() + patience;
        let mut log = VecDeque::new();
        let mut ready = false;
        loop {
            match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    // The keeper's line and the server's come in any order.
                    if let Some(pid) = line.strip_prefix("pid ").and_then(|pid| pid.parse().ok()) {
                        private.pid = pid;
                    // Since Redis 2: "The server is now ready to accept connections", "Ready to accept connections".
                    } else if line.to_ascii_lowercase().contains("ready to accept connections") {
                        ready = true;
                    } else if !line.trim().is_empty() {
                        log.push_back(line);
                    }
                    if ready && private.pid != 0 {
                        return Ok(private);
                    }
                    if log.len() > LOG_LINES {
                        log.pop_front();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    log.push_back(format!("not ready after {} ms", patience.as_millis()));
                    break;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Err(ServerError::NotStarted { binary: binary.to_owned(), log: log.into() })
    }

    /// Where it listens.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        drop(self.life.take());
        // The keeper ends by itself now; the folder goes twice, in case that somebody killed the keeper.
        let _ = self.keeper.wait();
    }
}

/// A folder that only we may enter, with a path short enough for a socket in it.
fn folder() -> io::Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("dogpile-").tempdir()?;
    if folder.path().join(SOCKET).as_os_str().as_bytes().len() <= LONGEST_SOCKET {
        return Ok(folder);
    }
    tempfile::Builder::new().prefix("dogpile-").tempdir_in("/tmp")
}

fn keeper(binary: &Path, folder: &Path) -> io::Result<Child> {
    Command::new("sh")
        .args(["-c", KEEPER, "dogpile-keeper"])
        .arg(folder)
        .arg(binary)
        .args(["--port", "0", "--unixsocketperm", "700", "--unixsocket"])
        .arg(folder.join(SOCKET))
        .arg("--dir")
        .arg(folder)
        // Nothing is kept, nothing is forked.
        .args(["--save", "", "--appendonly", "no", "--daemonize", "no", "--logfile", "", "--loglevel", "notice"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

/// The lines that the server says, as long as it lives: a pipe that nobody reads would stop it one day.
fn lines(out: ChildStdout) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut out = BufReader::new(out);
        let mut line = Vec::new();
        while out.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            // Once it is ready nobody listens.
            let _ = send.send(String::from_utf8_lossy(&line).trim_end().to_owned());
            line.clear();
        }
    });
    receive
}
