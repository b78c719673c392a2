//! A bar on standard error, for people who wait.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::env;
use std::io::{self, IsTerminal as _};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Shorter runs show nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is drawn.
const TICK: Duration = Duration::from_millis(100);

/// What a run is busy with. Nothing is drawn before somebody has waited for a second, and nothing is left when it goes.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    waiting: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to wait, where somebody is looking.
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let waiting = looked_at().then(|| {
            let (sender, receiver) = channel::<()>();
            let bar = bar.clone();
            let waiter = thread::spawn(move || {
                if receiver.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(TICK);
                }
            });
            (sender, waiter)
        });
        Self { bar, waiting }
    }

    /// Something begins whose end is not in sight.
    pub(crate) fn phase(&self, what: &'static str) {
        self.bar.set_style(style("{spinner} {msg} ({elapsed})"));
        self.bar.set_message(what);
    }

    /// Something begins that takes so many steps.
    pub(crate) fn steps(&self, what: &'static str, steps: usize) {
        self.bar.set_length(steps as u64);
        self.bar.set_position(0);
        self.bar.set_style(style("{spinner} {msg} [{bar:30}] {pos}/{len} ({elapsed})"));
        self.bar.set_message(what);
    }

    /// A step is done.
    pub(crate) fn step(&self) {
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

impl Progress {
    /// Something is about to be printed.
    pub(crate) fn end(&mut self) {
        if let Some((sender, waiter)) = self.waiting.take() {
            drop(sender);
            // A waiter that panicked has drawn nothing.
            let _ = waiter.join();
            self.bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    // Templates are our own; should one be wrong, the plain bar does.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Whether a person looks at standard error.
fn looked_at() -> bool {
    let ci = env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0");
    let dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
    !ci && !dumb && io::stderr().is_terminal()
}
