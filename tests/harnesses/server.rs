//! A real server that every client can reach.

use dogpile_server::{Choice, Redis};
use std::net::TcpListener;

/// A private server with a port on this machine.
pub(crate) struct Server {
    pub(crate) url: String,
    /// Ends with it.
    _redis: Redis,
}

pub(crate) fn server() -> Server {
    let redis = Redis::open(&Choice::Private).expect("a redis-server");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let words: Vec<Vec<u8>> =
        ["CONFIG", "SET", "port", &port.to_string()].iter().map(|w| w.as_bytes().to_vec()).collect();
    let reply = redis.connect().and_then(|mut link| link.call(&words)).expect("a reply");
    assert_eq!(format!("{reply:?}"), "Status(\"OK\")", "a server that opens a port while it runs: Redis 7 and later");
    Server { url: format!("redis://127.0.0.1:{port}"), _redis: redis }
}
