//! Which servers there are, and how tests speak to them.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use dogpile_redis::RespReply;
use dogpile_server::{Choice, Link, Redis};

/// The servers to test on: what is found by itself, and a Valkey by VALKEY_SERVER or the PATH.
pub(crate) fn each(test: impl Fn(&Choice)) {
    test(&Choice::Private);
    match valkey() {
        Some(binary) => test(&Choice::PrivateFrom(binary)),
        None => {
            static SAID: Once = Once::new();
            // Past the harness, which shows what a test prints only when it fails.
            SAID.call_once(|| {
                let line = "SKIPPED on Valkey: no VALKEY_SERVER and no valkey-server on the PATH";
                writeln!(std::io::stderr(), "{line}").expect("a terminal");
            });
        }
    }
}

fn valkey() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("VALKEY_SERVER") {
        let named = PathBuf::from(named);
        assert!(named.is_file(), "VALKEY_SERVER: {} is no file", named.display());
        return Some(named);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join("valkey-server")).find(|file| file.is_file())
}

pub(crate) fn open(choice: &Choice) -> Redis {
    Redis::open(choice)
        .unwrap_or_else(|error| panic!("these tests need a server (apt-get install redis-server): {error}"))
}

pub(crate) fn connect(redis: &Redis) -> Link {
    redis.connect().expect("a connection")
}

pub(crate) fn private() -> Redis {
    open(&Choice::Private)
}

/// A private server as if it were somebody's, and its owner's link.
pub(crate) fn guest(owner: &Redis) -> Redis {
    open(&Choice::Given { url: owner.url().expect("a private server"), own: false })
}

/// Words of a text; `@` at the beginning of a word stands for the run's prefix.
pub(crate) fn words(redis: &Redis, text: &str) -> Vec<Vec<u8>> {
    text.split(' ')
        .map(|word| word.replacen('@', redis.prefix(), usize::from(word.starts_with('@'))))
        .map(String::into_bytes)
        .collect()
}

pub(crate) fn call(redis: &Redis, link: &mut Link, text: &str) -> RespReply {
    link.call(&words(redis, text)).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub(crate) fn key(redis: &Redis, name: &str) -> Vec<u8> {
    format!("{}{name}", redis.prefix()).into_bytes()
}

pub(crate) fn int(reply: &RespReply) -> i64 {
    match reply {
        RespReply::Int(n) => *n,
        other => panic!("not a number: {other:?}"),
    }
}

pub(crate) fn bulk(text: &str) -> RespReply {
    RespReply::Bulk(text.as_bytes().to_vec())
}

pub(crate) fn ok() -> RespReply {
    RespReply::Status("OK".to_owned())
}

/// Whether a process runs: a zombie does not.
pub(crate) fn runs(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

/// The folder of a private server.
pub(crate) fn folder(redis: &Redis) -> PathBuf {
    Path::new(&redis.address()).parent().expect("a folder").to_owned()
}

/// Kills a process that this test started.
pub(crate) fn kill(pid: u32) {
    assert_ne!(pid, 0, "that would be everybody");
    let done = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().expect("kill");
    assert!(done.success(), "kill {pid}");
}

/// Makes a user with these rights and the password `secret`; the address to log in at.
pub(crate) fn with_login(owner: &Redis, rights: &str) -> String {
    static USERS: AtomicUsize = AtomicUsize::new(0);
    let user = format!("user{}", USERS.fetch_add(1, Ordering::SeqCst));
    let made = call(owner, &mut connect(owner), &format!("ACL SETUSER {user} on >secret resetchannels {rights}"));
    assert_eq!(made, ok());
    format!("{}?user={user}&pass=secret", owner.url().expect("a private server"))
}

/// Lets a private server listen on a port of this machine too.
pub(crate) fn listen(owner: &Redis, link: &mut Link) -> u16 {
    // A port that was free a moment ago may be somebody's now.
    let mut ports = std::iter::repeat_with(free_port).take(20);
    let mut set = |port: &u16| call(owner, link, &format!("CONFIG SET port {port}")) == ok();
    ports.find(|port| set(port)).expect("a port")
}

/// A port where nobody listens.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
