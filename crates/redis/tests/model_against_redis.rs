//! The model against a real redis-server: the same random commands, the same replies.
#![allow(clippy::disallowed_methods, reason = "tests read their data and what they are told")]

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dogpile_redis::{RespReply, Server};

/// A private redis-server on a socket in its own directory, gone when dropped.
struct Private {
    child: Child,
    home: PathBuf,
}

impl Private {
    fn start(name: &str) -> (Self, Client) {
        let home = std::env::temp_dir().join(format!("dogpile-redis-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&home).expect("a temporary directory");
        let socket = home.join("redis.sock");
        let child = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(&socket)
            .arg("--dir")
            .arg(&home)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let child = match child {
            Ok(child) => child,
            Err(error) => panic!(
                "this test compares the model with a real server and needs `redis-server` on the \
                 PATH (Debian: apt-get install -y redis-server): {error}"
            ),
        };
        let server = Private { child, home };
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            match UnixStream::connect(&socket) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
                    return (server, Client { stream: BufReader::new(stream) });
                }
                Err(error) if Instant::now() > until => {
                    panic!("redis-server did not start: {error}")
                }
                Err(_) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// As much RESP2 as the test needs.
struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    fn send(&mut self, commands: &[Vec<Vec<u8>>]) {
        let mut out = Vec::new();
        for command in commands {
            out.extend(format!("*{}\r\n", command.len()).bytes());
            for word in command {
                out.extend(format!("${}\r\n", word.len()).bytes());
                out.extend_from_slice(word);
                out.extend_from_slice(b"\r\n");
            }
        }
        self.stream.get_mut().write_all(&out).expect("the server reads");
    }

    fn call(&mut self, command: &[Vec<u8>]) -> RespReply {
        self.send(&[command.to_vec()]);
        self.reply()
    }

    fn reply(&mut self) -> RespReply {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("a reply");
        let line = line.trim_end();
        let (kind, rest) = line.split_at(1);
        match kind {
            "+" => RespReply::Status(rest.to_owned()),
            "-" => RespReply::Error(rest.to_owned()),
            ":" => RespReply::Int(rest.parse().expect("an integer")),
            "$" | "*" if rest == "-1" => RespReply::Nil,
            "$" => {
                let len: usize = rest.parse().expect("a length");
                let mut text = vec![0; len + 2];
                self.stream.read_exact(&mut text).expect("a bulk string");
                text.truncate(len);
                RespReply::Bulk(text)
            }
            "*" => {
                let len: usize = rest.parse().expect("a length");
                RespReply::Array((0..len).map(|_| self.reply()).collect())
            }
            _ => panic!("not RESP2: {line:?}"),
        }
    }
}

struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).expect("fits")
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// Words of a pattern: `k` key, `v` value, `n` small number, `i` index, `s` TTL in
/// seconds, `m` in milliseconds, `S`/`M` points in time, `f` field, `z` score,
/// `r` score bound; anything in capitals or quotes stands for itself, `|` between
/// alternatives, `?` after an optional word.
const PATTERNS: &[&str] = &[
    "GET k",
    "SET k v",
    "SET k v NX",
    "SET k v XX GET",
    "set k v ex s nx",
    "SET k v PX m",
    "SET k v KEEPTTL",
    "SET k v NX GET PX m",
    "SET k v EXAT S",
    "SET k v PXAT M",
    "SET k v NX XX",
    "SET k v EX",
    "SET k v EX s PX m",
    "SET k v EX v",
    "SET k v EX -1",
    "SET k n",
    "SET k v WAT",
    "SETNX k v",
    "SETEX k s v",
    "PSETEX k m v",
    "SETEX k 0 v",
    "GETSET k v",
    "GETDEL k",
    "GETEX k",
    "GETEX k EX s",
    "GETEX k PX m",
    "GETEX k PERSIST",
    "GETEX k EXAT S",
    "GETEX k EXAT 1",
    "GETEX k KEEPTTL",
    "DEL k",
    "DEL k k k",
    "UNLINK k k",
    "EXISTS k",
    "EXISTS k k",
    "TOUCH k",
    "EXPIRE k s",
    "EXPIRE k s NX",
    "EXPIRE k s XX",
    "EXPIRE k s GT",
    "EXPIRE k s LT",
    "EXPIRE k s NX GT",
    "EXPIRE k s GT LT",
    "EXPIRE k s FOO",
    "EXPIRE k 0",
    "EXPIRE k -5",
    "EXPIRE k v",
    "PEXPIRE k m",
    "PEXPIRE k m GT",
    "PEXPIRE k m LT",
    "EXPIREAT k S",
    "PEXPIREAT k M",
    "EXPIREAT k 1",
    "EXPIRE k 9223372036854775807",
    "TTL k",
    "PTTL k",
    "PERSIST k",
    "TYPE k",
    "INCR k",
    "INCRBY k i",
    "INCRBY k v",
    "DECR k",
    "DECRBY k i",
    "INCRBY k 9223372036854775807",
    "DECRBY k -9223372036854775808",
    "APPEND k v",
    "STRLEN k",
    "GETRANGE k i i",
    "MGET k k k",
    "MSET k v k v",
    "MSET k v k",
    "MSETNX k v k v",
    "HSET k f v",
    "HSET k f v f v",
    "HSET k f",
    "HMSET k f v",
    "HGET k f",
    "HMGET k f f",
    "HDEL k f",
    "HDEL k f f",
    "HEXISTS k f",
    "HSETNX k f v",
    "HGETALL k",
    "HINCRBY k f i",
    "HINCRBY k f v",
    "HLEN k",
    "HKEYS k",
    "HVALS k",
    "HSET k f n",
    "LPUSH k v v",
    "RPUSH k v",
    "LPUSHX k v",
    "RPUSHX k v",
    "LPOP k",
    "RPOP k",
    "LPOP k n",
    "RPOP k n",
    "LPOP k -1",
    "LPOP k v",
    "LRANGE k i i",
    "LRANGE k 0 -1",
    "LREM k i v",
    "LREM k 0 v",
    "LLEN k",
    "LINDEX k i",
    "LTRIM k i i",
    "RPOPLPUSH k k",
    "SADD k v v",
    "SREM k v",
    "SREM k v v",
    "SISMEMBER k v",
    "SCARD k",
    "SMEMBERS k",
    "ZADD k z v",
    "ZADD k z v z v",
    "ZADD k NX z v",
    "ZADD k XX CH z v",
    "ZADD k GT z v",
    "ZADD k LT CH z v",
    "ZADD k NX XX z v",
    "ZADD k GT LT z v",
    "ZADD k NX GT z v",
    "ZADD k v v",
    "ZADD k z",
    "ZREM k v v",
    "ZSCORE k v",
    "ZCARD k",
    "ZRANK k v",
    "ZCOUNT k r r",
    "ZRANGEBYSCORE k r r",
    "ZRANGEBYSCORE k r r WITHSCORES",
    "ZRANGEBYSCORE k r r LIMIT i n",
    "ZREMRANGEBYSCORE k r r",
    "ZRANGE k i i",
    "ZRANGE k 0 -1 WITHSCORES",
    "ZINCRBY k z v",
    "PUBLISH k v",
    "GET",
    "GET k k",
    "SET k",
    "ECHO v",
    "PING",
    "ZCOUNT k v r",
];

struct Words {
    rng: Rng,
    /// Durations are all different by many seconds, so that the milliseconds the
    /// real server spends never decide a comparison.
    used: HashSet<u64>,
    now: i64,
}

impl Words {
    fn duration(&mut self) -> u64 {
        loop {
            let seconds = 1_000 + 30 * (self.rng.next() % 1_000_000);
            if self.used.insert(seconds) {
                return seconds;
            }
        }
    }

    fn command(&mut self) -> Vec<Vec<u8>> {
        let pattern = PATTERNS[self.rng.below(PATTERNS.len())];
        // A key of a fitting type is likelier than not.
        let family = match pattern.as_bytes()[0] {
            b'H' => "h",
            b'L' | b'R' => "l",
            b'Z' => "z",
            _ if pattern.starts_with("SADD") || pattern.starts_with("SREM") => "m",
            _ if ["SCARD k", "SMEMBERS k", "SISMEMBER k v"].contains(&pattern) => "m",
            _ => "t",
        };
        let stray = self.rng.below(6) == 0;
        pattern
            .split(' ')
            .enumerate()
            .map(|(at, word)| {
                if at == 0 {
                    return word.to_owned();
                }
                match word {
                    "k" if stray => self.rng.one(&["t1", "h1", "l1", "m1", "z1", "none"]).to_owned(),
                    "k" => format!("{family}{}", self.rng.one(&["1", "2"])),
                    "v" => self.rng.one(&["a", "b", "some text", "", "c"]).to_owned(),
                    "n" => self.rng.one(&["0", "1", "2", "3"]).to_owned(),
                    "i" => self.rng.one(&["0", "1", "2", "-1", "-2", "-3", "7", "-9"]).to_owned(),
                    "f" => self.rng.one(&["f", "g", "h"]).to_owned(),
                    "z" => self.rng.one(&["0", "1", "2", "-3", "10", "+inf", "2.5"]).to_owned(),
                    "r" => self.rng.one(&["-inf", "+inf", "(1", "1", "(2", "2", "0"]).to_owned(),
                    "s" => self.duration().to_string(),
                    "m" => (self.duration() * 1000).to_string(),
                    "S" => (self.now / 1000 + self.duration() as i64).to_string(),
                    "M" => (self.now + self.duration() as i64 * 1000).to_string(),
                    word => word.to_owned(),
                }
            })
            .map(String::into_bytes)
            .collect()
    }
}

fn shown(command: &[Vec<u8>]) -> String {
    command.iter().map(|word| format!("{:?} ", String::from_utf8_lossy(word))).collect()
}

/// Listings of unordered things are sorted (field-value pairs as pairs).
fn ordered(command: &str, reply: RespReply) -> RespReply {
    let RespReply::Array(all) = reply else {
        return reply;
    };
    let width = if command == "HGETALL" { 2 } else { 1 };
    if !["HGETALL", "HKEYS", "HVALS", "SMEMBERS"].contains(&command) {
        return RespReply::Array(all);
    }
    let mut groups: Vec<Vec<RespReply>> = all.chunks(width).map(<[_]>::to_vec).collect();
    groups.sort_by_key(|group| format!("{group:?}"));
    RespReply::Array(groups.concat())
}

fn same(name: &str, real: &RespReply, model: &RespReply) -> bool {
    match (real, model) {
        (RespReply::Int(a), RespReply::Int(b)) if name == "PTTL" => a == b || (a - b).abs() < 8_000,
        (RespReply::Int(a), RespReply::Int(b)) if name == "TTL" => a == b || (a - b).abs() < 8,
        _ => real == model,
    }
}

#[test]
fn random_commands_get_the_same_replies() {
    let (_server, mut real) = Private::start("random");
    for seed in 1..=12_u64 {
        assert_eq!(real.call(&[b"FLUSHALL".to_vec()]), RespReply::Status("OK".to_owned()));
        let now = match real.call(&[b"TIME".to_vec()]) {
            RespReply::Array(parts) => match &parts[0] {
                RespReply::Bulk(text) => String::from_utf8_lossy(text).parse::<i64>().expect("seconds") * 1000,
                other => panic!("TIME gave {other:?}"),
            },
            other => panic!("TIME gave {other:?}"),
        };
        let rng = Rng(0x9E37_79B9_7F4A_7C15 ^ (seed << 20));
        let mut words = Words { rng, used: HashSet::new(), now };
        let mut model = Server::at(now);
        let commands: Vec<Vec<Vec<u8>>> = (0..3_000).map(|_| words.command()).collect();
        for (batch, some) in commands.chunks(250).enumerate() {
            real.send(some);
            for (at, command) in some.iter().enumerate() {
                let name = String::from_utf8_lossy(&command[0]).to_ascii_uppercase();
                let theirs = ordered(&name, real.reply());
                let ours = model.apply(command).unwrap_or_else(|error| panic!("{error}"));
                let ours = ordered(&name, ours);
                assert!(
                    same(&name, &theirs, &ours),
                    "seed {seed}, command {}: {}\n  redis: {theirs:?}\n  model: {ours:?}",
                    batch * 250 + at,
                    shown(command),
                );
            }
        }
    }
}

#[test]
fn keys_expire_after_their_time_and_not_before() {
    let (_server, mut real) = Private::start("expiry");
    let words = |text: &str| -> Vec<Vec<u8>> { text.split(' ').map(|word| word.as_bytes().to_vec()).collect() };
    let mut model = Server::at(1_000_000);
    for command in ["SET a 1 PX 60", "SET b 1 PX 60000", "PEXPIRE b 60 GT"] {
        assert_eq!(real.call(&words(command)), model.apply(&words(command)).expect("modelled"));
    }
    std::thread::sleep(Duration::from_millis(90));
    model.advance(90);
    for command in ["GET a", "PTTL a", "EXISTS b", "SET a 2 NX"] {
        assert_eq!(real.call(&words(command)), model.apply(&words(command)).expect("modelled"));
    }
    // The boundary itself cannot be hit on a real clock; the source says `now > when`.
    model.put("c", dogpile_redis::Value::Str(b"x".to_vec()), Some(model.now() + 10));
    model.advance(10);
    assert!(model.entry(b"c").is_some());
    model.advance(1);
    assert!(model.entry(b"c").is_none());
}
