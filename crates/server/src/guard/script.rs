//! Scripts on a server that is not ours: read before they are sent.
//!
//! A script goes as it stands or not at all. It goes when every command in it is written out and on the allow-list, and
//! every key is an element of KEYS, which stand in the command vector and were looked at there. A name that the script
//! makes up (`KEYS[1] .. ':fence'`) is refused: nobody could delete it afterwards. So is what may not end. All of it is
//! read conservatively; what is refused here can still be run on a private server, or under the offered ACL.

use std::collections::BTreeSet;

use dogpile_redis::{Word, meaning};
use sha1::{Digest, Sha1};

use super::bound::names_of_keys;
use super::lua::{Token, closed, is, named, tokens};
use super::{allowed, keys_of};

/// Scripts of locks are short; this is read more than once.
const MAX_SCRIPT: usize = 32 << 10;

/// The scripts that were found harmless, by what an EVALSHA calls them.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    texts: BTreeSet<Vec<u8>>,
    hashes: BTreeSet<String>,
}

impl Scripts {
    /// Whether a script may be sent.
    pub(crate) fn check(&mut self, text: &[u8]) -> Result<(), String> {
        if self.texts.contains(text) {
            return Ok(());
        }
        if text.len() > MAX_SCRIPT {
            return Err(format!("the script is longer than {MAX_SCRIPT} bytes"));
        }
        let script = std::str::from_utf8(text).map_err(|_| "the script is not UTF-8")?;
        harmless(&tokens(script)?)?;
        let hash: String = Sha1::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        self.hashes.insert(hash);
        self.texts.insert(text.to_vec());
        Ok(())
    }

    /// Whether a script may be called by its hash: the server would run whatever it holds under that name.
    pub(crate) fn known(&self, hash: &[u8]) -> Result<(), String> {
        let hash = String::from_utf8_lossy(hash).to_ascii_lowercase();
        if self.hashes.contains(&hash) {
            Ok(())
        } else {
            Err(format!("the text of the script {hash} is not known here"))
        }
    }
}

/// Ways around what is read here, and ways not to end.
const REFUSED: [&str; 16] = [
    "_G",
    "debug",
    "dofile",
    "function",
    "getfenv",
    "getmetatable",
    "load",
    "loadfile",
    "loadstring",
    "module",
    "rawset",
    "repeat",
    "require",
    "setfenv",
    "setmetatable",
    "while",
];

/// What `redis` offers besides calls.
const HARMLESS: [&str; 9] = [
    "sha1hex",
    "error_reply",
    "status_reply",
    "log",
    "LOG_DEBUG",
    "LOG_VERBOSE",
    "LOG_NOTICE",
    "LOG_WARNING",
    "replicate_commands",
];

fn harmless(all: &[Token]) -> Result<(), String> {
    let keys = names_of_keys(all)?;
    for (at, token) in all.iter().enumerate() {
        let Token::Name(name) = token else { continue };
        if matches!(before(all, at), Some(Token::Symbol("." | ":"))) {
            continue;
        }
        match name.as_str() {
            "KEYS" => element(all, at)?,
            // `server` is Valkey's name for it.
            "redis" | "server" => asked(all, at, &keys)?,
            name if REFUSED.contains(&name) => return Err(format!("the script uses {name}")),
            _ => {}
        }
    }
    Ok(())
}

fn before(all: &[Token], at: usize) -> Option<&Token> {
    at.checked_sub(1).and_then(|at| all.get(at))
}

/// KEYS may be read and counted, and listed by `ipairs`, `pairs` and `unpack`.
fn element(all: &[Token], at: usize) -> Result<(), String> {
    let counted = matches!(before(all, at), Some(Token::Symbol("#")));
    let listed = is(all, at.wrapping_sub(1), "(")
        && is(all, at + 1, ")")
        && at
            .checked_sub(2)
            .and_then(|at| named(all, at))
            .is_some_and(|name| matches!(name, "ipairs" | "pairs" | "unpack"));
    let read = is(all, at + 1, "[") && closed(all, at + 1).is_some_and(|end| !is(all, end, "="));
    if counted || listed || read {
        Ok(())
    } else {
        Err("the script does something else with KEYS than read it".to_owned())
    }
}

/// A use of `redis`: a call that may be sent, or something harmless.
fn asked(all: &[Token], at: usize, keys: &BTreeSet<&str>) -> Result<(), String> {
    let field = if is(all, at + 1, ".") { named(all, at + 2) } else { None };
    match field {
        Some("call" | "pcall") if is(all, at + 3, "(") => {}
        Some(field) if HARMLESS.contains(&field) && !is(all, at + 3, "=") => return Ok(()),
        _ => return Err("the script uses redis in a way that cannot be read".to_owned()),
    }
    let end = closed(all, at + 3).ok_or("a call in the script has no end")?;
    let arguments = arguments(&all[at + 4..end - 1]);
    let Some([Token::Text(name)]) = arguments.first() else {
        return Err("the script calls a command that is not written out".to_owned());
    };
    if !allowed(name) {
        return Err(format!("the script calls {name}, which is not on the list"));
    }
    let words: Vec<Word<'_>> = arguments
        .iter()
        .map(|argument| match argument {
            [Token::Text(text) | Token::Number(text)] => Word::Lit(text.as_str()),
            _ => Word::Hole,
        })
        .collect();
    let (found, channels) =
        keys_of(name, words.len(), &meaning(&words)).map_err(|why| format!("{name} in the script: {why}"))?;
    if !channels.is_empty() {
        // The caller's ARGV, usually: nothing says that it is under the prefix.
        return Err(format!("the script calls {name}, whose channel cannot be read"));
    }
    match found.iter().filter_map(|&at| arguments.get(at)).all(|argument| of_keys(argument, keys)) {
        true => Ok(()),
        false => Err(format!("the script calls {name} with a key that is not simply one of KEYS")),
    }
}

/// The arguments of a call.
fn arguments(inside: &[Token]) -> Vec<&[Token]> {
    let (mut all, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, token) in inside.iter().enumerate() {
        match token {
            Token::Symbol("(" | "[" | "{") => depth += 1,
            Token::Symbol(")" | "]" | "}") => depth = depth.saturating_sub(1),
            Token::Symbol(",") if depth == 0 => {
                all.push(&inside[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    all.push(&inside[begin..]);
    all
}

/// `KEYS[…]`, `unpack(KEYS)`, or a name for the first.
fn of_keys(argument: &[Token], names: &BTreeSet<&str>) -> bool {
    match argument {
        [Token::Name(name)] => names.contains(name.as_str()),
        [Token::Name(keys), Token::Symbol("["), ..] if keys == "KEYS" => closed(argument, 1) == Some(argument.len()),
        [Token::Name(unpack), Token::Symbol("("), Token::Name(keys), Token::Symbol(")")] => {
            unpack == "unpack" && keys == "KEYS"
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(script: &str) -> Option<String> {
        Scripts::default().check(script.as_bytes()).err()
    }

    #[test]
    fn the_scripts_of_locks_go() {
        for script in [
            "if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end",
            "-- by KEYS = 1\nreturn redis.pcall(\"PEXPIRE\", KEYS[1], ARGV[2])",
            "local key = KEYS[1]\nlocal token = ARGV[1]\nif redis.call('GET', key) == token then\n  return redis.call('DEL', key)\nend\nreturn 0",
            "local key, fence = KEYS[1], KEYS[2] redis.call('set', key, ARGV[1], 'NX', 'PX', ARGV[2]); return redis.call('incr', fence)",
            "for i, key in ipairs(KEYS) do redis.call('del', key) end return #KEYS",
            "return redis.call('DEL', unpack(KEYS))",
            "local lock = KEYS[1] local again = lock return redis.call('hincrby', again, ARGV[2], 1)",
            "local t = redis.call('TIME') return redis.call('HSET', KEYS[1], unpack(ARGV))",
            "return redis.error_reply('NO') --[[ KEYS[1] = 'x' ]]",
            "return server.call('get', KEYS[1])",
            "local r = { ['a'] = 1, b = KEYS[1] } for i = 1, #KEYS do local k = KEYS[i] redis.call('DEL', k) end",
            "local r = {} r[1] = KEYS[1] r.x = 2 return r",
        ] {
            assert_eq!(refused(script), None, "{script}");
        }
    }

    #[test]
    fn scripts_that_could_leave_the_prefix_or_not_end_do_not() {
        for script in [
            "return redis.call('GET', 'fixed')",
            "return redis.call('GET', ARGV[1])",
            "return redis.call('GET', KEYS[1] .. ':fence')",
            "local key = KEYS[1] .. ':fence' return redis.call('GET', key)",
            "local key = KEYS[1] key = ARGV[1] return redis.call('GET', key)",
            "local key = KEYS[1] and ARGV[1] return redis.call('GET', key)",
            "local a, key = KEYS[1] return redis.call('GET', key)",
            "local a, key = f() for i, k in ipairs(KEYS) do redis.call('GET', key) end",
            "for key in pairs(KEYS) do redis.call('GET', key) end",
            "for i, key in ipairs(ARGV) do redis.call('GET', key) end",
            "return redis.call('DEL', KEYS[1], ARGV[1])",
            "return redis.call('DEL', unpack(ARGV))",
            "return redis.call('FLUSHALL')",
            "return redis.call('KEYS', '*')",
            "return redis.call('CONFIG', 'SET', 'a', 'b')",
            "return redis.call(ARGV[1], KEYS[1])",
            "return redis.call('GE' .. 'T', KEYS[1])",
            "return redis.call('PUBLISH', ARGV[1], 'x')",
            "return redis['call']('GET', 'x')",
            "local call = redis.call return call('GET', 'x')",
            "return pcall(redis.call, 'GET', 'x')",
            "local r = redis return r.call('GET', 'x')",
            "redis.call = f",
            "KEYS[1] = 'x' return redis.call('GET', KEYS[1])",
            "KEYS[1], a = 'x', 1 return redis.call('GET', KEYS[1])",
            "local t = {} KEYS[1], t[1] = 'x', 1 return redis.call('GET', KEYS[1])",
            "local t = {} KEYS[1], t.x.y[2] = 'x', 1 return redis.call('GET', KEYS[1])",
            "KEYS[1], f().x = 'x', 1 return redis.call('GET', KEYS[1])",
            "a, KEYS[1] = 'x', 1 return redis.call('GET', KEYS[1])",
            "local KEYS = ARGV return redis.call('GET', KEYS[1])",
            "table.insert(KEYS, 'x')",
            "local k = KEYS k[1] = 'x'",
            "while true do end",
            "repeat until false",
            "local function f() return f() end return f()",
            "return loadstring(ARGV[1])()",
            "return _G['redis']",
            "return 'no end",
            "return [[no end",
            "return redis.call('GET', KEYS[1]",
            "return $",
        ] {
            assert!(refused(script).is_some(), "{script}");
        }
    }

    #[test]
    fn whatever_stands_there_is_read_to_its_end() {
        const PIECES: [&str; 30] = [
            "KEYS", "[", "]", "[[", "]]", "=", ",", "'", "\"", "\\", "redis", ".", "call", "(", ")", "for", "in",
            "ipairs", "local", "a", "{", "}", "--", "\n", "1", "é", "..", "unpack", "#", " ",
        ];
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize
        };
        for _ in 0..20_000 {
            let script: String = (0..next() % 24).map(|_| PIECES[next() % PIECES.len()]).collect();
            // Not what it says: that it says anything.
            let _ = refused(&script);
        }
        assert!(refused(&"-".repeat(MAX_SCRIPT + 1)).is_some());
    }

    #[test]
    fn a_hash_goes_once_its_text_is_known() {
        let mut scripts = Scripts::default();
        let hash = b"4A2267357833227DD98ABDEDB8CF24B15A986445";
        assert!(scripts.known(hash).is_err());
        scripts.check(b"return redis.call('get',KEYS[1])").expect("harmless");
        let known: Vec<String> = scripts.hashes.iter().cloned().collect();
        assert_eq!(known.len(), 1);
        assert_eq!(scripts.known(known[0].to_ascii_uppercase().as_bytes()), Ok(()));
        assert!(scripts.known(hash).is_err());
    }
}
