//! A server for one run: somebody's or our own, and what becomes of its keys.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dogpile_redis::RespReply;

use crate::error::spoken;
use crate::guard::{self, Scripts};
use crate::place::{At, Place};
use crate::warp::Clock;
use crate::{Link, ServerError};

/// No reply takes longer. Nothing here blocks on the server's side.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same while leaving: a server that is gone must not hold up the end of the program.
const PATIENCE_LEAVING: Duration = Duration::from_secs(1);
/// What a key that could not be deleted has left to live, in ms.
const JANITOR_MS: u64 = 60_000;
/// Keys in one DEL.
const CHUNK: usize = 100;

/// Which server to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Somebody's server, named by the user in so many words. An environment variable is not consent.
    Given {
        /// `redis://[[user]:password@]host[:port][/database]` or `unix:///path`.
        url: String,
        /// The user says that the server is theirs; without it only addresses of this machine are used.
        own: bool,
    },
    /// A private server, started from what is installed and gone with the [`Redis`].
    Private,
    /// As [`Choice::Private`], started from this program.
    PrivateFrom(PathBuf),
}

/// A server that may be used for one run. Dropping it cleans up: the keys of the run on a given server, a private
/// server altogether.
#[derive(Debug)]
pub struct Redis {
    shared: Arc<Shared>,
    version: String,
    clock: Mutex<Clock>,
    #[cfg(unix)]
    private: Option<crate::private::Private>,
}

/// What links need to know of their server.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) place: Place,
    pub(crate) addresses: Vec<SocketAddr>,
    /// The server is somebody else's.
    pub(crate) guest: bool,
    pub(crate) patience: Duration,
    pub(crate) links: AtomicUsize,
    prefix: String,
    /// Keys that commands named: on a given server they are deleted in the end.
    seen: Mutex<BTreeSet<Vec<u8>>>,
    scripts: Mutex<Scripts>,
}

impl Shared {
    pub(crate) fn new(place: Place, addresses: Vec<SocketAddr>, guest: bool, patience: Duration) -> Self {
        Shared {
            place,
            addresses,
            guest,
            patience,
            links: AtomicUsize::new(0),
            prefix: format!("dpl:{{{}}}:", run()),
            seen: Mutex::default(),
            scripts: Mutex::default(),
        }
    }

    /// Refuses what must not be sent to somebody's server.
    pub(crate) fn admit(&self, words: &[Vec<u8>]) -> Result<(), ServerError> {
        if !self.guest {
            return Ok(());
        }
        let keys = guard::check(&self.prefix, words, &mut locked(&self.scripts))
            .map_err(|why| ServerError::Guarded { command: spoken(words), why })?;
        let mut seen = locked(&self.seen);
        for key in keys {
            if !seen.contains(key) {
                seen.insert(key.to_vec());
            }
        }
        Ok(())
    }
}

impl Redis {
    /// Finds or starts the server, logs in, and makes sure that it takes writes.
    pub fn open(choice: &Choice) -> Result<Redis, ServerError> {
        match choice {
            Choice::Given { url, own } => Redis::given(url, *own),
            Choice::Private => Redis::start(None),
            Choice::PrivateFrom(binary) => Redis::start(Some(binary)),
        }
    }

    fn given(url: &str, own: bool) -> Result<Redis, ServerError> {
        let place = Place::parse(url)?;
        let addresses = place.addresses()?;
        let here = match place.at {
            At::Unix(_) => true,
            At::Tcp { .. } => addresses.iter().all(|address| address.ip().to_canonical().is_loopback()),
        };
        if !here && !own {
            return Err(ServerError::NotLoopback { address: place.to_string() });
        }
        let shared = Arc::new(Shared::new(place, addresses, true, PATIENCE));
        let (version, clock) = examined(&shared)?;
        Ok(Redis {
            shared,
            version,
            clock: Mutex::new(clock),
            #[cfg(unix)]
            private: None,
        })
    }

    #[cfg(unix)]
    fn start(binary: Option<&PathBuf>) -> Result<Redis, ServerError> {
        let binary = match binary {
            Some(binary) => binary.clone(),
            None => crate::find::binary()?,
        };
        let private = crate::private::Private::start(&binary)?;
        let shared = Arc::new(Shared::new(Place::socket(private.socket()), Vec::new(), false, PATIENCE));
        let (version, clock) = examined(&shared)?;
        Ok(Redis { shared, version, clock: Mutex::new(clock), private: Some(private) })
    }

    /// Neither Redis nor Valkey runs natively where there are no unix sockets.
    #[cfg(not(unix))]
    fn start(_binary: Option<&PathBuf>) -> Result<Redis, ServerError> {
        Err(ServerError::NoBinary { looked_for: vec!["a system that Redis runs on".to_owned()] })
    }

    /// Name and version: `redis 7.0.15`, `valkey 9.1.2`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The server was started here, and nobody else uses it.
    pub fn is_private(&self) -> bool {
        !self.shared.guest
    }

    /// The prefix of the run's keys and channels, `dpl:{…}:`. The braces keep them in one slot of a cluster.
    pub fn prefix(&self) -> &str {
        &self.shared.prefix
    }

    /// The address, without its password: for messages.
    pub fn address(&self) -> String {
        self.shared.place.to_string()
    }

    /// A URL by which other programs of this run reach a private server. `None` for a given one: whoever gave it knows
    /// it, password and all.
    pub fn url(&self) -> Option<String> {
        match &self.shared.place.at {
            At::Unix(path) if self.is_private() => Some(format!("unix://{}", path.display())),
            At::Unix(_) | At::Tcp { .. } => None,
        }
    }

    /// The process of a private server.
    pub fn pid(&self) -> Option<u32> {
        #[cfg(unix)]
        {
            self.private.as_ref().map(crate::private::Private::pid)
        }
        #[cfg(not(unix))]
        {
            None
        }
    }

    /// A connection for one client.
    pub fn connect(&self) -> Result<Link, ServerError> {
        Link::open(&self.shared)
    }

    /// Says before an EVALSHA what script it names. On a given server a hash whose text was not seen is not sent; every
    /// text that EVAL sent was seen.
    pub fn vouch(&self, script: &[u8]) -> Result<(), ServerError> {
        if self.is_private() {
            return Ok(());
        }
        let checked = locked(&self.shared.scripts).check(script);
        checked.map_err(|why| ServerError::Guarded { command: "a script".to_owned(), why })
    }

    /// Deletes the keys of the run, for the next schedule to start from nothing. Everything, on a private server.
    pub fn clear(&self, link: &mut Link) -> Result<(), ServerError> {
        if self.is_private() {
            link.own(&[b"FLUSHALL".to_vec()])?;
            *self.clock() = Clock::begin(link)?;
            return Ok(());
        }
        let keys: Vec<Vec<u8>> = locked(&self.shared.seen).iter().cloned().collect();
        for some in keys.chunks(CHUNK) {
            link.own(&[&[b"DEL".to_vec()], some].concat())?;
        }
        locked(&self.shared.seen).clear();
        *self.clock() = Clock::begin(link)?;
        Ok(())
    }

    pub(crate) fn clock(&self) -> MutexGuard<'_, Clock> {
        locked(&self.clock)
    }

    /// The end of a run on a given server, also when the run panics: keys go; where the server will not have that,
    /// they get a minute to live.
    fn leave(&self) {
        let keys: Vec<Vec<u8>> = locked(&self.shared.seen).iter().cloned().collect();
        if keys.is_empty() {
            return;
        }
        let (place, addresses) = (self.shared.place.clone(), self.shared.addresses.clone());
        let shared = Arc::new(Shared::new(place, addresses, true, PATIENCE_LEAVING));
        // Nobody is left to be told: an unreachable server keeps what it has.
        let Ok(mut link) = Link::uncounted(&shared) else { return };
        for some in keys.chunks(CHUNK) {
            if link.own(&[&[b"DEL".to_vec()], some].concat()).is_ok() {
                continue;
            }
            for key in some {
                let words = [b"PEXPIRE".to_vec(), key.clone(), JANITOR_MS.to_string().into_bytes()];
                let _ = link.own(&words);
            }
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if self.shared.guest {
            self.leave();
        }
    }
}

/// Asks who the server is, whether it takes writes, and what its clock shows. Its name and version.
fn examined(shared: &Arc<Shared>) -> Result<(String, Clock), ServerError> {
    let mut link = Link::uncounted(shared)?;
    let version = version(&mut link)?;
    let canary = format!("{}canary", shared.prefix).into_bytes();
    let set = [&b"SET"[..], &canary, b"1", b"PX", b"10000"].map(<[u8]>::to_vec);
    link.own(&set)?;
    link.own(&[b"DEL".to_vec(), canary])?;
    Ok((version, Clock::begin(&mut link)?))
}

fn version(link: &mut Link) -> Result<String, ServerError> {
    // HELLO (Redis 6) needs no permission, and stays with RESP2 when told so.
    let hello = [b"HELLO".to_vec(), b"2".to_vec()];
    match link.own(&hello) {
        Ok(RespReply::Array(parts)) => {
            let field = |name: &str| {
                parts.chunks_exact(2).find_map(|pair| match pair {
                    [RespReply::Bulk(key), RespReply::Bulk(value)] if key == name.as_bytes() => {
                        Some(String::from_utf8_lossy(value).into_owned())
                    }
                    _ => None,
                })
            };
            let name = field("server").unwrap_or_else(|| "redis".to_owned());
            return Ok(field("version").map_or(name.clone(), |version| format!("{name} {version}")));
        }
        Ok(_) | Err(ServerError::Said { .. } | ServerError::NoPermission { .. }) => {}
        Err(other) => return Err(other),
    }
    // Before Redis 6; a user without permission for INFO may still do all that is needed.
    let info = match link.own(&[b"INFO".to_vec(), b"server".to_vec()]) {
        Ok(RespReply::Bulk(info)) => String::from_utf8_lossy(&info).into_owned(),
        Ok(_) | Err(ServerError::NoPermission { .. } | ServerError::Said { .. }) => String::new(),
        Err(other) => return Err(other),
    };
    let version = info.lines().find_map(|line| line.strip_prefix("redis_version:"));
    Ok(version.map_or("redis".to_owned(), |version| format!("redis {}", version.trim())))
}

/// A name for the run that no other run has: of the system's randomness, which seeds the hashers of the standard
/// library, and of the process.
fn run() -> String {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    format!("{:012x}", hasher.finish() & 0xFFFF_FFFF_FFFF)
}

/// What a panic left behind a lock here is never half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
