//! Renewals.

use super::*;

#[test]
fn renewals_under_a_guard() {
    let text = r#"if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) else return 0 end"#;
    assert_eq!(class(text), renew(ttl(TimeUnit::Millis, 1), Reply::Int(1), Reply::Int(0)));
    let text = r#"
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return redis.error_reply('LOST') end
        redis.call('SET', KEYS[1], ARGV[1], 'XX', 'EX', ARGV[2])
        return redis.status_reply('OK')"#;
    assert_eq!(class(text), renew(ttl(TimeUnit::Seconds, 1), ok(), Reply::Error));
    let text = "return redis.call('SET', KEYS[1], ARGV[1], 'IFEQ', ARGV[1], 'PX', ARGV[2])";
    assert_eq!(class(text), renew(ttl(TimeUnit::Millis, 1), ok(), Reply::Nil));
}

#[test]
fn renewal_of_a_hash_field() {
    let text = r#"
        if redis.call('hexists', KEYS[1], ARGV[2]) == 1 then
          redis.call('pexpire', KEYS[1], ARGV[1])
          return 1
        end
        return 0"#;
    match class(text) {
        ScriptClass::Renew { guard: Some(ArgRef::Arg(1)), ttl: t, .. } => {
            assert_eq!(t, ttl(TimeUnit::Millis, 0));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn renewal_of_several_keys() {
    let text = r#"
        for _, held in ipairs(redis.call("mget", unpack(KEYS))) do
          if held ~= ARGV[1] then return false end
        end
        for _, name in ipairs(KEYS) do redis.call("pexpire", name, ARGV[2]) end
        return redis.status_reply("OK")"#;
    assert_eq!(class_with(text, 2, 2), renew(ttl(TimeUnit::Millis, 1), ok(), Reply::Nil));
}

#[test]
fn renewals_without_a_guard() {
    for (text, unit) in [
        ("return redis.call('pexpire', KEYS[1], ARGV[1])", TimeUnit::Millis),
        ("return redis.call('expire', KEYS[1], ARGV[1])", TimeUnit::Seconds),
        ("if redis.call('exists', KEYS[1]) == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end", TimeUnit::Millis),
        ("return redis.call('set', KEYS[1], ARGV[2], 'XX', 'PX', ARGV[1])", TimeUnit::Millis),
    ] {
        match class(text) {
            ScriptClass::Renew { guard: None, creates: false, ttl: t, .. } => {
                assert_eq!(t, ttl(unit, 0), "{text}");
            }
            other => panic!("{other:?}: {text}"),
        }
    }
}

#[test]
fn renewal_that_creates() {
    let text = r#"
        if redis.call('exists', KEYS[1]) == 1 then redis.call('pexpire', KEYS[1], ARGV[2])
        else redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
        return 1"#;
    match class(text) {
        ScriptClass::Renew { guard: None, creates: true, .. } => {}
        other => panic!("{other:?}"),
    }
}
