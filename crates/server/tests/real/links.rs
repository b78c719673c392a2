//! What a client can lose, and what a subscriber has got.

use dogpile_redis::RespReply;
use dogpile_server::ServerError;

use crate::servers::{bulk, call, connect, each, int, key, ok, open, words};

#[test]
fn a_lost_reply_belongs_to_a_command_that_was_executed() {
    each(|choice| {
        let redis = open(choice);
        let (mut client, mut observer) = (connect(&redis), connect(&redis));
        client.call_losing_reply(&words(&redis, "SET @lock a NX PX 5000")).expect("sent");
        assert!(client.is_cut());
        assert_eq!(call(&redis, &mut observer, "GET @lock"), bulk("a"));
        let error = client.call(&words(&redis, "GET @lock")).expect_err("cut");
        assert_eq!(error, ServerError::Cut { command: "GET lock".to_owned() });
    });
}

#[test]
fn a_link_that_fails_before_sending_has_sent_nothing() {
    each(|choice| {
        let redis = open(choice);
        let (mut client, mut observer) = (connect(&redis), connect(&redis));
        client.fail_before_sending();
        let error = client.call(&words(&redis, "SET @lock a NX")).expect_err("cut");
        assert!(matches!(error, ServerError::Cut { .. }), "{error}");
        assert_eq!(int(&call(&redis, &mut observer, "EXISTS @lock")), 0);
    });
}

#[test]
fn error_replies_are_replies() {
    each(|choice| {
        let redis = open(choice);
        let mut link = connect(&redis);
        call(&redis, &mut link, "LPUSH @list a");
        let RespReply::Error(said) = call(&redis, &mut link, "GET @list") else { panic!("a list is no string") };
        assert!(said.starts_with("WRONGTYPE "), "{said}");
        assert_eq!(ServerError::of_reply(&words(&redis, "GET @list"), &said), None);
        call(&redis, &mut link, "MULTI");
        assert_eq!(call(&redis, &mut link, "GET @list"), RespReply::Status("QUEUED".to_owned()));
        call(&redis, &mut link, "SET @a 1");
        let RespReply::Array(all) = call(&redis, &mut link, "EXEC") else { panic!("an array") };
        assert!(matches!(&all[..], [RespReply::Error(_), RespReply::Status(_)]), "{all:?}");
        let unknown = words(&redis, &format!("EVALSHA {} 1 @a", "0".repeat(40)));
        let RespReply::Error(said) = link.call(&unknown).expect("a reply") else { panic!("no such script") };
        assert!(matches!(ServerError::of_reply(&unknown, &said), Some(ServerError::NoScript { .. })), "{said}");
        assert!(!link.is_cut());
    });
}

#[test]
fn replies_of_every_shape_arrive_whole() {
    each(|choice| {
        let redis = open(choice);
        let mut link = connect(&redis);
        let long = vec![b'x'; 3_000_000];
        let set = [b"SET".to_vec(), key(&redis, "long"), long.clone()];
        assert_eq!(link.call(&set).expect("a reply"), ok());
        assert_eq!(link.call(&words(&redis, "GET @long")).expect("a reply"), RespReply::Bulk(long));
        let script = "return{1,{'a',false,{}},redis.status_reply('S'),redis.error_reply('E\u{20}x')}";
        let eval = [b"EVAL".to_vec(), script.as_bytes().to_vec(), b"0".to_vec()];
        let RespReply::Array(parts) = link.call(&eval).expect("a reply") else { panic!("an array") };
        let inner = RespReply::Array(vec![bulk("a"), RespReply::Nil, RespReply::Array(Vec::new())]);
        assert_eq!(parts[..3], [RespReply::Int(1), inner, RespReply::Status("S".to_owned())]);
        assert!(matches!(&parts[3], RespReply::Error(said) if said.contains('x')), "{parts:?}");
    });
}

#[test]
fn a_subscriber_has_what_was_published_before_and_nothing_else() {
    each(|choice| {
        let redis = open(choice);
        let (mut subscriber, mut publisher) = (connect(&redis), connect(&redis));
        assert_eq!(int(&call(&redis, &mut publisher, "PUBLISH @done early")), 0);
        let done = key(&redis, "done");
        let reply = subscriber.subscribe(&done).expect("subscribed");
        let name = RespReply::Bulk(done.clone());
        assert_eq!(reply, RespReply::Array(vec![bulk("subscribe"), name, RespReply::Int(1)]));
        assert_eq!(subscriber.messages().expect("a barrier"), []);
        for round in 0..500 {
            for at in 0..round % 5 {
                assert_eq!(int(&call(&redis, &mut publisher, &format!("PUBLISH @done {round}.{at}"))), 1);
            }
            if round % 7 == 0 {
                subscriber.subscribe(&key(&redis, "other")).expect("messages may stand before the reply");
            }
            let texts: Vec<(Vec<u8>, Vec<u8>)> =
                (0..round % 5).map(|at| (done.clone(), format!("{round}.{at}").into_bytes())).collect();
            assert_eq!(subscriber.messages().expect("a barrier"), texts);
        }
        let pattern = [b"PSUBSCRIBE".to_vec(), key(&redis, "d*")];
        subscriber.call(&pattern).expect("subscribed");
        assert_eq!(int(&call(&redis, &mut publisher, "PUBLISH @done twice")), 2);
        let twice = (done.clone(), b"twice".to_vec());
        assert_eq!(subscriber.messages().expect("a barrier"), [twice.clone(), twice]);
        let both = [b"SUBSCRIBE".to_vec(), done.clone(), key(&redis, "other")];
        assert!(matches!(subscriber.call(&both), Err(ServerError::Guarded { .. })));
        subscriber.call(&[b"UNSUBSCRIBE".to_vec(), done.clone()]).expect("one at a time");
        assert_eq!(int(&call(&redis, &mut publisher, "PUBLISH @done once")), 1);
        assert_eq!(subscriber.messages().expect("a barrier"), [(done, b"once".to_vec())]);
    });
}
