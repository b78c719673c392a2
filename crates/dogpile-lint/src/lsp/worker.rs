//! The thread that analyses.

use super::mending::{Wish, grant};
use super::server::Event;
use crate::guard::guarded;
use crate::pipeline::{Outcome, STACK};
use crate::project::{Project, Wanted};
use anyhow::Context as _;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// What changes.
#[derive(Debug)]
pub(super) enum Change {
    /// A buffer has this text.
    Text(PathBuf, Arc<str>),
    /// A buffer was closed.
    Closed(PathBuf),
    /// A file on disk changed, came or went.
    Disk(PathBuf),
    /// These folders are worked on, in this way.
    Folders(Vec<PathBuf>, Wanted),
}

/// What the thread is sent.
#[derive(Debug)]
enum Job {
    /// The change with this number.
    Change(u64, Change),
    /// The fixes of findings in a folder, as they are after the change with this number.
    Fixes(u64, PathBuf, Wish),
}

/// What one analysis of everything found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Folders and what was found in each.
    pub(super) projects: Vec<(PathBuf, Arc<Outcome>)>,
    /// What kept a folder from being analysed.
    pub(super) complaints: Vec<String>,
}

/// The near end of it.
#[derive(Debug)]
pub(super) struct Worker {
    jobs: Sender<Job>,
    stop: Arc<AtomicBool>,
    /// Number of the last change.
    sent: u64,
}

impl Worker {
    /// Starts the thread; what it finds comes as events.
    pub(super) fn start(events: Sender<Event>) -> anyhow::Result<Self> {
        let (jobs, inbox) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let pool = ThreadPoolBuilder::new().stack_size(STACK).build().context("no threads")?;
        let far =
            Far { inbox, events, stop: Arc::clone(&stop), projects: Vec::new(), pool, at: 0, mending: Arc::default() };
        thread::Builder::new().name("analysis".to_owned()).spawn(move || far.run())?;
        Ok(Self { jobs, stop, sent: 0 })
    }

    /// Hands a change on; an analysis that is under way is dropped.
    pub(super) fn send(&mut self, change: Change) {
        self.sent += 1;
        // The thread only ends with the program.
        let _ = self.jobs.send(Job::Change(self.sent, change));
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Asks for fixes of what was found after the last change in a folder.
    pub(super) fn wish(&self, root: PathBuf, wish: Wish) {
        let _ = self.jobs.send(Job::Fixes(self.sent, root, wish));
    }

    /// The number of the last change.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }
}

struct Far {
    inbox: Receiver<Job>,
    events: Sender<Event>,
    stop: Arc<AtomicBool>,
    projects: Vec<Project>,
    pool: ThreadPool,
    /// Number of the last change that was taken.
    at: u64,
    /// Stops who tries fixes on what was before the next change.
    mending: Arc<AtomicBool>,
}

impl Far {
    fn run(mut self) {
        let mut told = 0;
        loop {
            // Nothing to do until something changes.
            while told == self.at {
                let Ok(job) = self.inbox.recv() else { return };
                self.take(job);
            }
            self.stop.store(false, Ordering::Relaxed);
            while let Ok(job) = self.inbox.try_recv() {
                self.take(job);
            }
            if let Some(found) = self.analyse() {
                told = self.at;
                if self.events.send(Event::Found(self.at, found)).is_err() {
                    return;
                }
            }
        }
    }

    fn take(&mut self, job: Job) {
        let (number, change) = match job {
            Job::Change(number, change) => (number, change),
            Job::Fixes(at, root, wish) => return self.mend(at, &root, wish),
        };
        self.at = number;
        self.mending.store(true, Ordering::Relaxed);
        self.mending = Arc::default();
        let projects = &mut self.projects;
        let taken = guarded(|| match change {
            Change::Text(path, text) => projects.iter_mut().for_each(|p| p.set_text(&path, Arc::clone(&text))),
            Change::Closed(path) => projects.iter_mut().for_each(|p| p.forget_text(&path)),
            Change::Disk(path) => projects.iter_mut().for_each(|p| p.on_disk(&path)),
            Change::Folders(roots, wanted) => {
                projects.retain(|p| roots.iter().any(|root| root == p.root()));
                projects.iter_mut().for_each(|p| p.want(wanted.clone()));
                for root in roots {
                    if !projects.iter().any(|p| p.root() == root) {
                        projects.push(Project::new(root, wanted.clone()));
                    }
                }
            }
        });
        if let Err(panic) = taken {
            self.begin_anew();
            let _ = self.events.send(Event::Panicked(panic));
        }
    }

    /// What is found after another change has fixes of its own: somebody will ask for those.
    fn mend(&self, at: u64, root: &Path, wish: Wish) {
        if at == self.at {
            match self.projects.iter().find(|project| project.root() == root).and_then(Project::bench) {
                Some(bench) => grant(wish, bench, at, Arc::clone(&self.mending), self.events.clone()),
                None => {
                    let none = wish.of.into_iter().map(|name| (name, Vec::new())).collect();
                    let _ = self.events.send(Event::Mended(at, none));
                }
            }
        }
    }

    /// `None`: something changed meanwhile.
    fn analyse(&mut self) -> Option<Found> {
        let mut found = Found::default();
        let mut panicked = None;
        for project in &mut self.projects {
            let stop = &*self.stop;
            let pool = &self.pool;
            // Everything that recurses over code runs in the pool, for the size of its stacks.
            match guarded(|| pool.install(|| project.diagnose(stop))) {
                Ok(Ok(Some(outcome))) => found.projects.push((project.root().to_owned(), Arc::new(outcome))),
                Ok(Ok(None)) => return None,
                Ok(Err(error)) => found.complaints.push(format!("{error:#}")),
                Err(panic) => panicked = Some(panic),
            }
        }
        if let Some(panic) = panicked {
            self.begin_anew();
            let _ = self.events.send(Event::Panicked(panic));
        }
        Some(found)
    }

    /// What was found out so far may be half done.
    fn begin_anew(&mut self) {
        self.projects.iter_mut().for_each(Project::begin_anew);
    }
}
