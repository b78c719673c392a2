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
        let mut keeper = keeper(binary, folder.path()).map_err(|error| failed(format!("/bin/sh: {error}")))?;
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
                        log.push_back(said(&line).to_owned());
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

/// A line of a server's log without process, role, time and level (`123:M 21 Nov 2026 16:00:00.000 # …`), which differ
/// from run to run.
fn said(line: &str) -> &str {
    let dated = line.split_once(':').is_some_and(|(pid, _)| !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit()));
    let level = [" # ", " * ", " - ", " . "].iter().filter_map(|level| Some(line.find(level)? + level.len())).min();
    level.filter(|_| dated).and_then(|at| line.get(at..)).unwrap_or(line)
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
    // Not from the PATH, which may lead into the folder that is only there to be read.
    Command::new("/bin/sh")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_is_what_it_says() {
        assert_eq!(said("71:C 21 Nov 2026 16:00:00.000 # Fatal error, can't open"), "Fatal error, can't open");
        assert_eq!(
            said("71:M 21 Nov 2026 16:00:00.000 * Increased to 10032 - it was 1024"),
            "Increased to 10032 - it was 1024"
        );
        assert_eq!(said("sh: 3: redis-server: not found"), "sh: 3: redis-server: not found");
        assert_eq!(said("*** FATAL CONFIG FILE ERROR - no"), "*** FATAL CONFIG FILE ERROR - no");
    }

    #[test]
    fn a_server_that_says_nothing_is_waited_for_and_no_longer() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let binary = folder.path().join("mute");
        // It lives as long as nobody ends it.
        std::fs::write(&binary, "#!/bin/sh\nmkfifo \"$8/never\"\necho \"$8\" >>\"$0\"\nread -r line <\"$8/never\"\n")
            .expect("written");
        std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o755)).expect("runnable");
        match Private::within(&binary, Duration::from_millis(300)) {
            Err(ServerError::NotStarted { log, .. }) => assert_eq!(log, ["not ready after 300 ms"]),
            other => panic!("{other:?}"),
        }
        let text = std::fs::read_to_string(&binary).expect("the program");
        let home = Path::new(text.lines().last().expect("a folder"));
        assert!(home.is_absolute() && !home.exists(), "{text}");
    }
}
