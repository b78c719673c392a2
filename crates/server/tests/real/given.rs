//! Guests leave somebody's server as they found it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dogpile_redis::RespReply;
use dogpile_server::{Choice, Left, Link, Redis, ServerError, acl_line};

use crate::servers::{bulk, call, connect, each, guest, int, key, ok, open, with_login, words};

/// What the owner sees of a command that must never have come.
fn calls(owner: &Redis, link: &mut Link, command: &str) -> bool {
    let RespReply::Bulk(stats) = call(owner, link, "INFO commandstats") else { panic!("a text") };
    String::from_utf8_lossy(&stats).contains(&format!("cmdstat_{command}:"))
}

#[test]
fn the_keys_of_a_run_are_gone_after_it_and_only_they() {
    each(|choice| {
        let owner = open(choice);
        let mut owners = connect(&owner);
        call(&owner, &mut owners, "SET theirs 1");
        let redis = guest(&owner);
        assert!(!redis.is_private() && redis.pid().is_none() && redis.url().is_none());
        let mut link = connect(&redis);
        call(&redis, &mut link, "SET @lock a");
        call(&redis, &mut link, "MSETNX @a 1 @b 2");
        let script = "redis.call('SET', KEYS[1], ARGV[1]) return redis.call('INCR', KEYS[2])";
        let eval = [&b"EVAL"[..], script.as_bytes(), b"2", &key(&redis, "s"), &key(&redis, "f"), b"x"];
        assert_eq!(link.call(&eval.map(<[u8]>::to_vec)).expect("a reply"), RespReply::Int(1));
        call(&redis, &mut link, "MULTI");
        call(&redis, &mut link, "SET @m 1");
        call(&redis, &mut link, "EXEC");
        assert_eq!(int(&call(&owner, &mut owners, "DBSIZE")), 7);
        redis.clear(&mut link).expect("cleared");
        assert_eq!(int(&call(&owner, &mut owners, "DBSIZE")), 1);
        for at in 0..250 {
            call(&redis, &mut link, &format!("SET @{at} 1"));
        }
        drop(redis);
        assert_eq!(int(&call(&owner, &mut owners, "DBSIZE")), 1);
        assert_eq!(call(&owner, &mut owners, "GET theirs"), bulk("1"));
    });
}

#[test]
fn the_keys_of_a_run_are_gone_after_a_panic() {
    each(|choice| {
        let owner = open(choice);
        let mut owners = connect(&owner);
        let end = catch_unwind(AssertUnwindSafe(|| {
            let redis = guest(&owner);
            call(&redis, &mut connect(&redis), "SET @lock a");
            panic!("on purpose");
        }));
        assert!(end.is_err());
        assert_eq!(int(&call(&owner, &mut owners, "DBSIZE")), 0);
    });
}

#[test]
fn a_key_that_cannot_be_deleted_gets_a_minute() {
    each(|choice| {
        let owner = open(choice);
        let mut owners = connect(&owner);
        let login = with_login(&owner, "~dpl:* +@all");
        let redis = open(&Choice::Given { url: login, own: false });
        call(&redis, &mut connect(&redis), "SET @lock a");
        let lock = String::from_utf8(key(&redis, "lock")).expect("text");
        let RespReply::Array(users) = call(&owner, &mut owners, "ACL USERS") else { panic!("users") };
        for user in users {
            if let RespReply::Bulk(user) = user
                && user != b"default"
            {
                call(&owner, &mut owners, &format!("ACL SETUSER {} -del", String::from_utf8_lossy(&user)));
            }
        }
        drop(redis);
        let left = int(&call(&owner, &mut owners, &format!("PTTL {lock}")));
        assert!((1..=60_000).contains(&left), "{left}");
    });
}

#[test]
fn what_a_guest_must_not_send_is_not_sent() {
    each(|choice| {
        let owner = open(choice);
        let mut owners = connect(&owner);
        call(&owner, &mut owners, "SET theirs 1");
        let redis = guest(&owner);
        let mut link = connect(&redis);
        for (bad, why) in [
            ("FLUSHALL", "not on the list"),
            ("flushdb", "not on the list"),
            ("CLIENT PAUSE 1", "not on the list"),
            ("SCRIPT FLUSH", "not on the list"),
            ("KEYS *", "not on the list"),
            ("DEL theirs", "not under the run's prefix"),
            ("DEL @a theirs", "not under the run's prefix"),
            ("SET dpl:{other}:a 1", "not under the run's prefix"),
            ("PUBLISH theirs x", "not under the run's prefix"),
            ("EVAL return(redis.call('FLUSHALL')) 0", "not on the list"),
            ("EVAL return(redis.call('GET','theirs')) 0", "not simply one of KEYS"),
            ("EVALSHA 4a2267357833227dd98abdedb8cf24b15a986445 1 @a", "is not known here"),
        ] {
            let error = link.call(&words(&redis, bad)).expect_err(bad);
            assert!(matches!(error, ServerError::Guarded { .. }), "{error}");
            assert!(error.to_string().contains(why), "{error}");
            link.call_losing_reply(&words(&redis, bad)).expect_err(bad);
        }
        assert!(matches!(link.subscribe(b"theirs"), Err(ServerError::Guarded { .. })));
        assert!(!link.is_cut(), "nothing was sent, so nothing is lost");
        for command in
            ["flushall", "flushdb", "client|pause", "script|flush", "keys", "publish", "subscribe", "evalsha"]
        {
            assert!(!calls(&owner, &mut owners, command), "{command}");
        }
        assert_eq!(call(&owner, &mut owners, "GET theirs"), bulk("1"));
        // A private server is ours.
        assert_eq!(call(&owner, &mut owners, "FLUSHALL"), ok());
    });
}

#[test]
fn a_script_goes_by_its_hash_once_its_text_went() {
    each(|choice| {
        let owner = open(choice);
        let redis = guest(&owner);
        let mut link = connect(&redis);
        let text = "return redis.call('SET', KEYS[1], 1)";
        let RespReply::Bulk(hash) = owner
            .connect()
            .expect("a link")
            .call(&[b"SCRIPT".to_vec(), b"LOAD".to_vec(), text.as_bytes().to_vec()])
            .expect("a reply")
        else {
            panic!("a hash")
        };
        let sha = [b"EVALSHA".to_vec(), hash, b"1".to_vec(), key(&redis, "a")];
        assert!(matches!(link.call(&sha), Err(ServerError::Guarded { .. })));
        redis.vouch(text.as_bytes()).expect("harmless");
        assert_eq!(link.call(&sha).expect("a reply"), ok());
        assert!(redis.vouch(b"return redis.call('KEYS', '*')").is_err());
    });
}

#[test]
fn a_guest_takes_a_handful_of_connections() {
    each(|choice| {
        let owner = open(choice);
        let redis = guest(&owner);
        let mut links: Vec<Link> = (0..8).map(|_| connect(&redis)).collect();
        let error = redis.connect().expect_err("enough");
        assert!(matches!(error, ServerError::Guarded { .. }), "{error}");
        // One that is closed makes room; one that is only cut is not closed yet.
        links[0].fail_before_sending();
        redis.connect().expect_err("enough");
        links.pop();
        let _ninth = connect(&redis);
        // Our own server bears more.
        let many: Vec<Link> = (0..40).map(|_| connect(&owner)).collect();
        assert_eq!(many.len(), 40);
    });
}

#[test]
fn two_runs_on_one_server_do_not_meet() {
    each(|choice| {
        let owner = open(choice);
        let (one, other) = (guest(&owner), guest(&owner));
        let (mut of_one, mut of_other) = (connect(&one), connect(&other));
        assert_eq!(call(&one, &mut of_one, "SET @lock a NX PX 5000"), ok());
        assert_eq!(call(&other, &mut of_other, "SET @lock b NX PX 5000"), ok());
        assert_eq!(one.warp(&mut of_one, &[key(&one, "lock")], 6_000).expect("a jump").left, [Left::Lapsed]);
        assert!(one.warp(&mut of_one, &[key(&other, "lock")], 6_000).is_err());
        drop(one);
        assert_eq!(call(&other, &mut of_other, "GET @lock"), bulk("b"));
        assert!(int(&call(&other, &mut of_other, "PTTL @lock")) > 4_000);
    });
}

#[test]
fn the_line_that_is_offered_is_enough_and_not_more() {
    each(|choice| {
        let owner = open(choice);
        let mut owners = connect(&owner);
        let line = acl_line().replace("PASSWORD", "secret");
        assert_eq!(call(&owner, &mut owners, &line), ok());
        let url = format!("{}?user=dogpile&pass=secret&db=1", owner.url().expect("an address"));
        let redis = open(&Choice::Given { url, own: false });
        assert_eq!(redis.version(), owner.version());
        let (mut link, mut subscriber) = (connect(&redis), connect(&redis));
        assert_eq!(call(&redis, &mut link, "SET @lock a NX PX 5000"), ok());
        let script = "if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('pexpire',KEYS[1],ARGV[2]) end";
        let eval = [&b"EVAL"[..], script.as_bytes(), b"1", &key(&redis, "lock"), b"a", b"9000"];
        assert_eq!(link.call(&eval.map(<[u8]>::to_vec)).expect("a reply"), RespReply::Int(1));
        assert_eq!(redis.warp(&mut link, &[key(&redis, "lock")], 9_002).expect("a jump").left, [Left::Lapsed]);
        subscriber.subscribe(&key(&redis, "done")).expect("subscribed");
        assert_eq!(int(&call(&redis, &mut link, "PUBLISH @done now")), 1);
        assert_eq!(subscriber.messages().expect("a barrier"), [(key(&redis, "done"), b"now".to_vec())]);
        call(&redis, &mut link, "MULTI");
        call(&redis, &mut link, "INCR @fence");
        assert_eq!(call(&redis, &mut link, "EXEC"), RespReply::Array(vec![RespReply::Int(1)]));
        drop((link, subscriber, redis));
        assert_eq!(int(&call(&owner, &mut owners, "DBSIZE")), 0);
        // Whatever the guard rail lets through, the user may send; nothing is executed, for nothing comes of a bare name.
        let mut bare = connect(&owner);
        assert_eq!(call(&owner, &mut bare, "AUTH dogpile secret"), ok());
        let all = "GET SETEX GETDEL MSETNX APPEND DECRBY UNLINK TYPE EXPIREAT PERSIST HGETALL HSETNX HINCRBY LPUSHX LTRIM \
                   LREM SMEMBERS SCARD ZADD ZREMRANGEBYRANK ZINCRBY PUBLISH EVALSHA TIME ECHO WATCH";
        for name in all.split_whitespace() {
            if let RespReply::Error(said) = call(&owner, &mut bare, name) {
                assert!(!said.starts_with("NOPERM"), "{name}: {said}");
            }
        }
        // And the server itself refuses this user the rest.
        for bad in [
            "GET theirs",
            "FLUSHALL",
            "CONFIG GET save",
            "KEYS *",
            "SCAN 0",
            "PUBLISH theirs x",
            "CLIENT PAUSE 1",
            "SCRIPT FLUSH",
            "SORT dpl:a",
            "BLPOP dpl:a 1",
        ] {
            let RespReply::Error(said) = call(&owner, &mut bare, bad) else { panic!("{bad}") };
            assert!(said.starts_with("NOPERM"), "{said}");
        }
    });
}
