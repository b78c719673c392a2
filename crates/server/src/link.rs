//! One client's connection, and the ways in which a client loses it.

use std::collections::VecDeque;
use std::io::{self, BufReader, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use dogpile_redis::RespReply;

use crate::ServerError;
use crate::error::spoken;
use crate::guard::MAX_LINKS;
use crate::open::Shared;
use crate::resp::{self, Unread};
use crate::stream::Stream;

/// Channel and text of something published.
pub type Message = (Vec<u8>, Vec<u8>);

/// One client's connection. Dropping it is that client's crash as the server sees it: the connection ends, and
/// whatever was held stays held.
#[derive(Debug)]
pub struct Link {
    shared: Arc<Shared>,
    stream: BufReader<Stream>,
    out: Vec<u8>,
    dead: bool,
    subscribed: bool,
    /// Messages that came while a reply was waited for.
    inbox: VecDeque<Message>,
    /// Whether the link counts among those a given server is to bear.
    counted: bool,
}

impl Link {
    /// Connects and logs in.
    pub(crate) fn open(shared: &Arc<Shared>) -> Result<Link, ServerError> {
        let before = shared.links.fetch_add(1, Ordering::SeqCst);
        if shared.guest && before >= MAX_LINKS {
            shared.links.fetch_sub(1, Ordering::SeqCst);
            let why = format!("{MAX_LINKS} connections are enough for one run");
            return Err(ServerError::Guarded { command: "a new connection".to_owned(), why });
        }
        Link::connect(shared, true).inspect_err(|_| {
            shared.links.fetch_sub(1, Ordering::SeqCst);
        })
    }

    /// Connects past the count: for cleaning up.
    pub(crate) fn uncounted(shared: &Arc<Shared>) -> Result<Link, ServerError> {
        Link::connect(shared, false)
    }

    fn connect(shared: &Arc<Shared>, counted: bool) -> Result<Link, ServerError> {
        let stream = Stream::connect(&shared.place, &shared.addresses, shared.patience)?;
        let mut link = Link {
            shared: Arc::clone(shared),
            stream: BufReader::new(stream),
            out: Vec::new(),
            dead: false,
            subscribed: false,
            inbox: VecDeque::new(),
            // Only once it is counted off when dropped; until then the caller does.
            counted: false,
        };
        let place = &shared.place;
        if let Some(password) = &place.password {
            let user = place.user.iter().map(|user| user.as_bytes().to_vec());
            let words: Vec<Vec<u8>> =
                [b"AUTH".to_vec()].into_iter().chain(user).chain([password.as_bytes().to_vec()]).collect();
            if let RespReply::Error(said) = link.exchange(&words)? {
                return Err(ServerError::PasswordWrong { address: place.to_string(), said });
            }
        }
        if place.database != 0 {
            link.own(&[b"SELECT".to_vec(), place.database.to_string().into_bytes()])?;
        }
        link.counted = counted;
        Ok(link)
    }

    /// Sends a command and waits for its reply. An error reply is a reply, see [`ServerError::of_reply`].
    ///
    /// On a given server a command that is not on the allow-list, or whose keys or channels are not under the run's
    /// prefix, is refused before it is sent. After any error but a refusal the link is cut: a reply that comes late
    /// must not be taken for that of the next command.
    pub fn call(&mut self, words: &[Vec<u8>]) -> Result<RespReply, ServerError> {
        self.admit(words)?;
        self.exchange(words)
    }

    /// The server executes the command, and the reply is lost on its way: the caller never sees it and the connection
    /// is over. (It is waited for here, so that the command has surely been executed.)
    pub fn call_losing_reply(&mut self, words: &[Vec<u8>]) -> Result<(), ServerError> {
        self.admit(words)?;
        self.exchange(words)?;
        self.cut();
        Ok(())
    }

    /// The connection ends before anything is sent: a command that fails now never reached the server.
    pub fn fail_before_sending(&mut self) {
        self.cut();
    }

    /// Subscribes to a channel; the reply is `["subscribe", channel, number of subscriptions]`.
    pub fn subscribe(&mut self, channel: &[u8]) -> Result<RespReply, ServerError> {
        self.call(&[b"SUBSCRIBE".to_vec(), channel.to_vec()])
    }

    /// Everything published to this link's channels before this call, oldest first.
    ///
    /// Nothing is waited for by time: a PING is the barrier. Whatever the server published before it read the PING
    /// stands on the connection before the pong.
    pub fn messages(&mut self) -> Result<Vec<Message>, ServerError> {
        let words = [b"PING".to_vec()];
        match self.call(&words)? {
            // Of RESP2, and of servers that answer as everywhere else.
            RespReply::Array(_) | RespReply::Status(_) => Ok(self.inbox.drain(..).collect()),
            RespReply::Error(said) => Err(ServerError::refused(&words, &said)),
            other => Err(ServerError::Said { command: spoken(&words), said: format!("{other:?}") }),
        }
    }

    /// Whether the link was cut, on purpose or by an error.
    pub fn is_cut(&self) -> bool {
        self.dead
    }

    /// Sends one of our own commands, which never has an error reply that is anybody's business to go on from.
    pub(crate) fn own(&mut self, words: &[Vec<u8>]) -> Result<RespReply, ServerError> {
        match self.exchange(words)? {
            RespReply::Error(said) => Err(match ServerError::refused(words, &said) {
                ServerError::PasswordMissing { .. } => {
                    ServerError::PasswordMissing { address: self.shared.place.to_string() }
                }
                other => other,
            }),
            reply => Ok(reply),
        }
    }

    /// The guard rail of given servers; also remembers the keys, which are deleted in the end.
    fn admit(&self, words: &[Vec<u8>]) -> Result<(), ServerError> {
        if self.dead {
            return Err(ServerError::Cut { command: spoken(words) });
        }
        if subscribes(words) && words.len() != 2 {
            let why = "there would be a reply for each channel: one at a time".to_owned();
            return Err(ServerError::Guarded { command: spoken(words), why });
        }
        self.shared.admit(words)
    }

    fn exchange(&mut self, words: &[Vec<u8>]) -> Result<RespReply, ServerError> {
        if self.dead {
            return Err(ServerError::Cut { command: spoken(words) });
        }
        if words.is_empty() {
            return Err(ServerError::Guarded { command: spoken(words), why: "there is no reply to it".to_owned() });
        }
        self.out.clear();
        resp::write(&mut self.out, words);
        let sent = self.stream.get_mut().write_all(&self.out);
        let reply = sent.map_err(Unread::from).and_then(|()| self.reply());
        self.subscribed |= subscribes(words);
        reply.map_err(|unread| {
            self.cut();
            self.told(words, unread)
        })
    }

    /// The next reply that is none of the messages of a subscription.
    fn reply(&mut self) -> Result<RespReply, Unread> {
        loop {
            let reply = resp::read(&mut self.stream)?;
            match message(&reply) {
                Some(message) if self.subscribed => self.inbox.push_back(message),
                _ => return Ok(reply),
            }
        }
    }

    fn told(&self, words: &[Vec<u8>], unread: Unread) -> ServerError {
        let command = spoken(words);
        match unread {
            Unread::NotResp(said) => ServerError::NotRedis { address: self.shared.place.to_string(), said },
            Unread::Io(error) => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                    ServerError::TimedOut { command, after: self.shared.patience }
                }
                io::ErrorKind::UnexpectedEof => {
                    ServerError::Gone { command, why: "it ended the connection".to_owned() }
                }
                _ => ServerError::Gone { command, why: error.to_string() },
            },
        }
    }

    fn cut(&mut self) {
        self.dead = true;
        self.stream.get_ref().cut();
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if self.counted {
            self.shared.links.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Whether a command begins or ends subscriptions: each of its channels gets a reply.
fn subscribes(words: &[Vec<u8>]) -> bool {
    let name = words.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
    let all = ["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"];
    all.iter().any(|one| one.as_bytes() == name)
}

/// `["message", channel, text]`, `["pmessage", pattern, channel, text]`, `["smessage", channel, text]`
fn message(reply: &RespReply) -> Option<Message> {
    let RespReply::Array(parts) = reply else { return None };
    match parts.as_slice() {
        [RespReply::Bulk(kind), RespReply::Bulk(channel), RespReply::Bulk(text)]
            if kind == b"message" || kind == b"smessage" =>
        {
            Some((channel.clone(), text.clone()))
        }
        [RespReply::Bulk(kind), RespReply::Bulk(_), RespReply::Bulk(channel), RespReply::Bulk(text)]
            if kind == b"pmessage" =>
        {
            Some((channel.clone(), text.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};
    use std::time::{Duration, Instant};

    use super::*;
    use crate::place::Place;

    #[test]
    fn a_server_that_does_not_answer_is_waited_for_and_no_longer() {
        // Connections to it succeed, for the system answers; nobody reads them.
        let mute = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let url = format!("redis://127.0.0.1:{}", mute.local_addr().expect("an address").port());
        let place = Place::parse(&url).expect("an address");
        let addresses = place.addresses().expect("an address");
        let after = Duration::from_millis(60);
        let shared = Arc::new(Shared::new(place, addresses, true, after));
        let mut link = Link::open(&shared).expect("a connection");
        let begun = Instant::now();
        let error = link.call(&[b"PING".to_vec()]).expect_err("no answer");
        assert_eq!(error, ServerError::TimedOut { command: "PING".to_owned(), after });
        assert!(begun.elapsed() >= after);
        // A pong that came now would be taken for the reply of the next command.
        assert!(matches!(link.call(&[b"PING".to_vec()]), Err(ServerError::Cut { .. })));
    }
}
