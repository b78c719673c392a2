//! Where a given server is: its address as a URL, in the forms that clients of Redis take.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use crate::ServerError;

const PORT: u16 = 6379;

/// An address and how to log in there.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) at: At,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    /// The database to SELECT; 0 is the one every connection starts in.
    pub(crate) database: u32,
}

/// The two ways to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum At {
    Tcp { host: String, port: u16 },
    Unix(PathBuf),
}

/// The address alone: what may stand in a message.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            At::Tcp { host, port } => write!(f, "{host}:{port}"),
            At::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Without the password.
impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self}, user {:?}, database {})", self.user, self.database)
    }
}

impl Place {
    /// A server on a socket of this machine that lets everybody in who can open the socket.
    #[cfg(unix)]
    pub(crate) fn socket(path: PathBuf) -> Self {
        Place { at: At::Unix(path), user: None, password: None, database: 0 }
    }

    /// `redis://[[user]:password@]host[:port][/database]`, or `unix:///path[?user=…&pass=…&db=…]`.
    pub(crate) fn parse(url: &str) -> Result<Place, ServerError> {
        read(url).map_err(|why| ServerError::WrongUrl { url: without_password(url), why })
    }

    /// The addresses that the name stands for, right now.
    pub(crate) fn addresses(&self) -> Result<Vec<SocketAddr>, ServerError> {
        let At::Tcp { host, port } = &self.at else { return Ok(Vec::new()) };
        match (host.as_str(), *port).to_socket_addrs() {
            Ok(found) => Ok(found.collect()),
            Err(why) => Err(ServerError::Refused { address: self.to_string(), why: why.to_string() }),
        }
    }
}

fn read(url: &str) -> Result<Place, String> {
    let (scheme, rest) = url.split_once("://").ok_or("it does not begin with redis:// or unix://")?;
    match scheme {
        "redis" | "valkey" => tcp(rest),
        "unix" | "redis+unix" | "valkey+unix" => unix(rest),
        "rediss" | "valkeys" => Err("TLS is not spoken here, give a plain address, by a tunnel if need be".to_owned()),
        _ => Err(format!("{scheme}:// is not redis:// or unix://")),
    }
}

fn tcp(rest: &str) -> Result<Place, String> {
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    if !query.is_empty() {
        return Err(format!("?{query} is not understood"));
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    // A password may hold an @ that nobody encoded; a host cannot.
    let (login, host) = authority.rsplit_once('@').map_or((None, authority), |(login, host)| (Some(login), host));
    let (user, password) = match login {
        None => (None, None),
        Some(login) => match login.split_once(':') {
            None => (some(decoded(login)?), None),
            Some((user, password)) => (some(decoded(user)?), some(decoded(password)?)),
        },
    };
    if user.is_some() && password.is_none() {
        return Err("it names a user and no password".to_owned());
    }
    let (host, port) = match host.strip_prefix('[') {
        Some(v6) => {
            let (host, port) = v6.split_once(']').ok_or("a [ without its ]")?;
            (host, port.strip_prefix(':').or((port.is_empty()).then_some("")).ok_or("text after the ]")?)
        }
        None => host.split_once(':').unwrap_or((host, "")),
    };
    if host.is_empty() {
        return Err("it names no host".to_owned());
    }
    let port = match port {
        "" => PORT,
        port => port.parse().ok().filter(|&port| port > 0).ok_or_else(|| format!("{port:?} is no port"))?,
    };
    Ok(Place { at: At::Tcp { host: decoded(host)?, port }, user, password, database: database(path)? })
}

fn unix(rest: &str) -> Result<Place, String> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if !path.starts_with('/') {
        return Err("the path of a socket begins with /".to_owned());
    }
    let mut place = Place { at: At::Unix(PathBuf::from(decoded(path)?)), user: None, password: None, database: 0 };
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match name {
            "db" => place.database = database(value)?,
            "user" => place.user = some(decoded(value)?),
            "pass" => place.password = some(decoded(value)?),
            _ => return Err(format!("?{name} is not understood")),
        }
    }
    Ok(place)
}

fn database(text: &str) -> Result<u32, String> {
    match text {
        "" => Ok(0),
        text => text.parse().map_err(|_| format!("{text:?} is no number of a database")),
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn decoded(text: &str) -> Result<String, String> {
    percent_decode_str(text).decode_utf8().map(Into::into).map_err(|_| format!("{text:?} is not UTF-8"))
}

/// For messages: a URL may be wrong and still carry a password.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let slashes = if scheme.is_empty() { "" } else { "://" };
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    match rest.rsplit_once('@') {
        None => format!("{scheme}{slashes}{rest}"),
        Some((login, host)) => {
            let user = login.split_once(':').map_or("", |(user, _)| user);
            format!("{scheme}{slashes}{user}:***@{host}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> (String, Option<String>, Option<String>, u32) {
        let place = Place::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        (place.to_string(), place.user, place.password, place.database)
    }

    #[test]
    fn addresses_are_read_as_clients_read_them() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(parsed("redis://localhost"), ("localhost:6379".to_owned(), None, None, 0));
        assert_eq!(parsed("redis://127.0.0.1:7000/3"), ("127.0.0.1:7000".to_owned(), None, None, 3));
        assert_eq!(parsed("redis://[::1]:7000/"), ("[::1]:7000".to_owned(), None, None, 0));
        assert_eq!(parsed("redis://:p%40ss@h"), ("h:6379".to_owned(), None, text("p@ss"), 0));
        assert_eq!(parsed("valkey://me:a:b@h:1"), ("h:1".to_owned(), text("me"), text("a:b"), 0));
        assert_eq!(
            parsed("unix:///tmp/r.sock?db=2&user=me&pass=x"),
            ("/tmp/r.sock".to_owned(), text("me"), text("x"), 2)
        );
    }

    #[test]
    fn wrong_addresses_say_why_and_never_the_password() {
        for (url, why) in [
            ("localhost:6379", "does not begin"),
            ("http://h", "is not redis://"),
            ("rediss://:secret@h", "TLS"),
            ("redis://", "no host"),
            ("redis://:secret@h:99999", "no port"),
            ("redis://:secret@h/x", "no number of a database"),
            ("redis://:secret@h?x=1", "not understood"),
            ("redis://me@h", "no password"),
            ("redis://[::1", "without its ]"),
            ("unix://tmp/x", "begins with /"),
            ("unix:///tmp/x?pass=secret&y", "not understood"),
        ] {
            let error = Place::parse(url).expect_err(url).to_string();
            assert!(error.contains(why) && !error.contains("secret"), "{url}: {error}");
        }
    }
}
