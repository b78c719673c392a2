//! Every way in which a given server can be of no use, provoked.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};

use dogpile_redis::RespReply;
use dogpile_server::{Choice, Redis, ServerError, acl_line};

use crate::servers::{call, connect, each, free_port, guest, key, kill, listen, ok, open, with_login, words};

/// One line that says what is wrong, and never a secret.
fn told(error: &ServerError, parts: &[&str]) {
    let line = error.to_string();
    assert!(!line.contains('\n') && !line.contains("secret"), "{line}");
    for part in parts {
        assert!(line.contains(part), "{line:?} without {part:?}");
    }
}

fn given(url: &str) -> Result<Redis, ServerError> {
    Redis::open(&Choice::Given { url: url.to_owned(), own: false })
}

#[test]
fn nobody_listens() {
    let error = given(&format!("redis://:secret@127.0.0.1:{}", free_port())).expect_err("nobody listens");
    assert!(matches!(error, ServerError::Refused { .. }), "{error}");
    told(&error, &["127.0.0.1:", "no connection: ", "refused"]);
    let error = given("unix:///nowhere/redis.sock").expect_err("no such file");
    told(&error, &["/nowhere/redis.sock: no connection: ", "No such file"]);
    let error = given("redis://no-such-host.invalid").expect_err("no such host");
    assert!(matches!(error, ServerError::Refused { .. }), "{error}");
}

#[test]
fn a_wrong_url() {
    for url in ["localhost", "rediss://:secret@127.0.0.1", "redis://127.0.0.1:port", "http://:secret@127.0.0.1/"] {
        let error = given(url).expect_err(url);
        assert!(matches!(error, ServerError::WrongUrl { .. }), "{error}");
        told(&error, &["not the address of a Redis server"]);
    }
}

#[test]
fn somebody_else_listens() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let web = std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().expect("a visitor");
        let mut some = [0; 16];
        peer.read_exact(&mut some).expect("a command");
        peer.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").expect("sent");
    });
    let error = given(&format!("redis://localhost:{port}")).expect_err("a web server");
    assert!(matches!(error, ServerError::NotRedis { .. }), "{error}");
    told(&error, &["not a Redis server", "HTTP/1.1 400"]);
    web.join().expect("it answered");
}

#[test]
fn another_machine_without_consent() {
    for url in ["redis://192.0.2.1", "redis://[2001:db8::1]:7000/", "redis://0.0.0.0"] {
        let error = given(url).expect_err("refused before anything is sent");
        assert!(matches!(error, ServerError::NotLoopback { .. }), "{error}");
        told(&error, &["is not this machine", "--i-own-this-server"]);
    }
    // With consent it is tried: 0.0.0.0 leads to this machine, where nobody listens.
    let url = format!("redis://0.0.0.0:{}", free_port());
    let error = Redis::open(&Choice::Given { url, own: true }).expect_err("nobody listens");
    assert!(matches!(error, ServerError::Refused { .. }), "{error}");
}

#[test]
fn a_server_by_tcp() {
    each(|choice| {
        let owner = open(choice);
        let mut link = connect(&owner);
        let port = listen(&owner, &mut link);
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            match given(&format!("redis://{host}:{port}/2")) {
                Ok(redis) => assert_eq!(call(&redis, &mut connect(&redis), "SET @a 1 NX PX 60000"), ok()),
                // A machine may have no IPv6.
                Err(error) => assert!(host == "[::1]", "{host}: {error}"),
            }
        }
    });
}

#[test]
fn a_password_is_missing_or_wrong() {
    each(|choice| {
        let owner = open(choice);
        let mut link = connect(&owner);
        assert_eq!(call(&owner, &mut link, "CONFIG SET requirepass secret"), ok());
        let url = owner.url().expect("an address");
        let error = given(&url).expect_err("no password");
        assert!(matches!(error, ServerError::PasswordMissing { .. }), "{error}");
        told(&error, &["redis.sock", "wants a password"]);
        let error = given(&format!("{url}?pass=secret2")).expect_err("a wrong password");
        assert!(matches!(error, ServerError::PasswordWrong { .. }), "{error}");
        told(&error, &["redis.sock", "WRONGPASS"]);
        given(&format!("{url}?pass=secret")).expect("the password");
        // Of a program's own connection, when the password came later.
        let mut late = connect(&owner);
        assert!(matches!(late.call(&words(&owner, "GET @a")), Ok(RespReply::Error(said)) if
            matches!(ServerError::of_reply(&[], &said), Some(ServerError::PasswordMissing { .. }))));
    });
}

#[test]
fn a_password_that_nobody_asked_for() {
    each(|choice| {
        let owner = open(choice);
        let error =
            given(&format!("{}?pass=secret", owner.url().expect("an address"))).expect_err("no password is set");
        assert!(matches!(error, ServerError::PasswordWrong { .. }), "{error}");
        told(&error, &["AUTH"]);
    });
}

#[test]
fn a_user_without_permission() {
    each(|choice| {
        let owner = open(choice);
        let login = with_login(&owner, "~dpl:* &dpl:* +@all -eval");
        let redis = given(&login).expect("writes are allowed");
        let mut link = connect(&redis);
        let error = redis.warp(&mut link, &[key(&redis, "a")], 1).expect_err("no EVAL");
        assert!(matches!(error, ServerError::NoPermission { .. }), "{error}");
        told(&error, &["no permission for EVAL", "NOPERM", "enough would be: ACL SETUSER", "+eval"]);
        let eval = words(&redis, "EVAL return(1) 1 @a");
        let RespReply::Error(said) = link.call(&eval).expect("a reply") else { panic!("no EVAL") };
        assert!(matches!(ServerError::of_reply(&eval, &said), Some(ServerError::NoPermission { .. })), "{said}");

        // A script that calls what its user may not.
        let login = with_login(&owner, "~dpl:* &dpl:* +@all -pttl");
        let redis = given(&login).expect("writes are allowed");
        let error = redis.warp(&mut connect(&redis), &[key(&redis, "a")], 1).expect_err("no PTTL");
        assert!(matches!(error, ServerError::NoPermission { .. }), "{error}");

        let login = with_login(&owner, "~other:* &dpl:* +@all");
        let error = given(&login).expect_err("not our keys");
        assert!(matches!(error, ServerError::NoPermission { .. }), "{error}");
        told(&error, &["no permission for SET canary: "]);

        let login = with_login(&owner, "~dpl:* +get");
        told(&given(&login).expect_err("no SET"), &["no permission for SET", acl_line()]);
    });
}

#[test]
fn a_replica_that_takes_no_writes() {
    each(|choice| {
        let primary = open(choice);
        let replica = open(choice);
        let before = guest(&replica);
        let port = listen(&primary, &mut connect(&primary));
        let mut owner = connect(&replica);
        assert_eq!(call(&replica, &mut owner, &format!("REPLICAOF 127.0.0.1 {port}")), ok());
        let error = given(&replica.url().expect("an address")).expect_err("a replica");
        assert!(matches!(error, ServerError::ReadOnly { .. }), "{error}");
        told(&error, &["read-only replica", "refused SET canary"]);
        // Of a server that became one in the middle.
        let mut link = connect(&before);
        let error = before.warp(&mut link, &[key(&before, "a")], 1);
        // There is nothing to age, so nothing is written; a lease is.
        assert!(error.is_ok(), "{error:?}");
        let set = words(&before, "SET @a 1");
        let RespReply::Error(said) = link.call(&set).expect("a reply") else { panic!("a replica") };
        assert!(matches!(ServerError::of_reply(&set, &said), Some(ServerError::ReadOnly { .. })), "{said}");
    });
}

#[test]
fn a_lease_on_a_server_that_becomes_a_replica() {
    each(|choice| {
        let owner = open(choice);
        let redis = guest(&owner);
        let (mut link, mut owners) = (connect(&redis), connect(&owner));
        assert_eq!(call(&redis, &mut link, "SET @a 1 PX 5000"), ok());
        // Of a primary that is not there: it keeps its data and takes no writes.
        assert_eq!(call(&owner, &mut owners, &format!("REPLICAOF 127.0.0.1 {}", free_port())), ok());
        let error = redis.warp(&mut link, &[key(&redis, "a")], 1).expect_err("a replica");
        assert!(matches!(error, ServerError::ReadOnly { .. }), "{error}");
        let error = redis.clear(&mut link).expect_err("a replica");
        assert!(matches!(error, ServerError::ReadOnly { .. }), "{error}");
    });
}

#[test]
fn a_given_server_that_ends_in_the_middle() {
    each(|choice| {
        let owner = open(choice);
        let redis = guest(&owner);
        let mut link = connect(&redis);
        assert_eq!(call(&redis, &mut link, "SET @a 1 PX 5000"), ok());
        kill(owner.pid().expect("a process"));
        let error = redis.warp(&mut link, &[key(&redis, "a")], 1).expect_err("nobody answers");
        assert!(matches!(error, ServerError::Gone { .. }), "{error}");
        told(&error, &["the server went away at EVAL"]);
        // Leaving a server that is gone takes no time and says nothing.
        drop(redis);
    });
}

#[test]
fn the_canary_of_opening_is_gone() {
    each(|choice| {
        let redis = open(choice);
        assert_eq!(call(&redis, &mut connect(&redis), "DBSIZE"), RespReply::Int(0));
    });
}
