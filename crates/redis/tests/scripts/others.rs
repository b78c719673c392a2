//! Guarded writes, counters, reads, and arguments in odd places.

use super::*;

#[test]
fn writes_under_a_guard() {
    let text = r#"
        if redis.call('GET', KEYS[1]) == ARGV[1] then
          redis.call('SET', KEYS[2], ARGV[2], 'EX', 60)
          return 1
        end
        return 0"#;
    let expected = ScriptClass::GuardedWrite {
        guard_key: KeyRef::Key(0),
        guard: ArgRef::Arg(0),
        kind: GuardKind::Equal,
        writes: vec![KeyRef::Key(1)],
        won: Reply::Int(1),
        lost: Reply::Int(0),
    };
    assert_eq!(class(text), expected);
}

#[test]
fn writes_by_version() {
    let text = r#"
        local seen = tonumber(redis.call('GET', KEYS[1]) or '0')
        if tonumber(ARGV[1]) > seen then
          redis.call('SET', KEYS[1], ARGV[1])
          redis.call('SET', KEYS[2], ARGV[2])
          return 1
        end
        return 0"#;
    match class(text) {
        ScriptClass::GuardedWrite { kind: GuardKind::Version, guard: ArgRef::Arg(0), writes, .. } => {
            assert_eq!(writes, [KeyRef::Key(0), KeyRef::Key(1)]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn counters() {
    let text = r#"
        local n = redis.call('INCR', KEYS[1])
        if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
        return n"#;
    let expected = ScriptClass::Counter { key: KeyRef::Key(0), ttl: ttl(TimeUnit::Seconds, 0) };
    assert_eq!(class(text), expected);
    let text = r#"
        redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, ARGV[1] - ARGV[2])
        if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[3]) then
          redis.call('ZADD', KEYS[1], ARGV[1], ARGV[4])
          return 1
        end
        return 0"#;
    assert!(matches!(class(text), ScriptClass::Counter { .. }), "{:?}", class(text));
}

#[test]
fn plain_reads_and_writes() {
    let read = class("return redis.call('get', KEYS[1])");
    assert_eq!(read, ScriptClass::Read { keys: vec![KeyRef::Key(0)] });
    let write = class("return redis.call('set', KEYS[1], ARGV[1])");
    assert_eq!(write, ScriptClass::Write { keys: vec![KeyRef::Key(0)] });
    for text in [
        "return redis.call('set', KEYS[1], '1')",
        "return redis.call('set', KEYS[1], '1', 'EX', 60)",
        "redis.call('hset', KEYS[1], 'state', 'on') return 1",
        "redis.call('sadd', KEYS[1], 'a') return 1",
    ] {
        let write = ScriptClass::Write { keys: vec![KeyRef::Key(0)] };
        assert_eq!(class(text), write, "{text}");
    }
    assert_eq!(class("return 1"), ScriptClass::Nothing);
    assert_eq!(class("return redis.call('publish', 'done', ARGV[1])"), ScriptClass::Nothing);
    assert!(matches!(class("return redis.call('lpop', KEYS[1])"), ScriptClass::Write { .. }));
}

#[test]
fn keys_by_other_names() {
    let text = "return redis.call('set', 'lock:' .. KEYS[1], ARGV[1], 'NX', 'EX', 10)";
    match class(text) {
        ScriptClass::Acquire { key: KeyRef::Derived, ttl, .. } => assert_eq!(ttl, seconds("10")),
        other => panic!("{other:?}"),
    }
    let text = "if redis.call('get', ARGV[1]) == ARGV[2] then redis.call('del', ARGV[1]) end";
    match class(text) {
        ScriptClass::Release { key: KeyRef::Arg(0), guard: Some(ArgRef::Arg(1)), .. } => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn placeholders_outside_quotes() {
    let text = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('expire', KEYS[1], %d) end return 0";
    match class(text) {
        ScriptClass::Renew { guard: Some(ArgRef::Arg(0)), ttl: Some(ttl), .. } => {
            assert_eq!(ttl.value, ArgRef::Unknown);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn functions_of_a_library() {
    let library = "#!lua name=locks\n\
        local function unlock(keys, args)\n\
          if redis.call('GET', keys[1]) == args[1] then return redis.call('DEL', keys[1]) end\n\
          return 0\n\
        end\n\
        redis.register_function('unlock', unlock)\n\
        redis.register_function{function_name='peek', callback=function(keys) return redis.call('GET', keys[1]) end}";
    let probe = ScriptProbe { keys: Some(1), args: Some(1) };
    let one = |name| classify_function(library, name, probe, Limits::default());
    assert_eq!(one("unlock"), release(Reply::Int(1), Reply::Int(0), Reply::Int(0)));
    assert_eq!(one("peek"), ScriptClass::Read { keys: vec![KeyRef::Key(0)] });
    assert!(matches!(one("absent"), ScriptClass::NotUnderstood { .. }));
}

#[test]
fn words_that_choose_what_a_script_does() {
    let text = r#"
        if ARGV[3] == 'renew' then
          if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end
          return 0
        elseif ARGV[3] == 'free' then
          if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
          return 0
        end
        return redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])"#;
    let by = |word| classify_call(text, ScriptProbe::default(), &[None, Some("30000"), Some(word)], Limits::default());
    assert_eq!(by("renew"), renew(ttl(TimeUnit::Millis, 1), Reply::Int(1), Reply::Int(0)));
    assert_eq!(by("free"), release(Reply::Int(1), Reply::Int(0), Reply::Int(0)));
    assert!(matches!(by("take"), ScriptClass::Acquire { .. }));
}

#[test]
fn owners_of_several_parts() {
    let text = r#"if redis.call('get', KEYS[1]) == ARGV[1] .. ':' .. ARGV[2] then
        return redis.call('del', KEYS[1]) end return 0"#;
    assert_eq!(class(text), release(Reply::Int(1), Reply::Int(0), Reply::Int(0)));
}

#[test]
fn expiry_as_a_stored_time() {
    let text = r#"
        local ends = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
        if ends > tonumber(ARGV[1]) then return 0 end
        redis.call('HMSET', KEYS[1], 'until', ARGV[2], 'owner', ARGV[3])
        return 1"#;
    match class(text) {
        ScriptClass::Acquire { token: ArgRef::Arg(2), ttl: Some(ttl), .. } => {
            assert_eq!(ttl.value, ArgRef::Unknown);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrong_test_is_no_guard() {
    let text = "if redis.call('get', KEYS[1]) ~= ARGV[1] then return redis.call('del', KEYS[1]) end return 0";
    assert!(matches!(class(text), ScriptClass::Release { guard: None, .. }), "{:?}", class(text));
    let text = "if redis.call('get', KEYS[1]) then return redis.call('del', KEYS[1]) end return ARGV[1]";
    assert!(matches!(class(text), ScriptClass::Release { guard: None, .. }), "{:?}", class(text));
}

#[test]
fn limits_by_count_are_no_versions() {
    let text = r#"
        local n = redis.call('get', KEYS[1])
        if n and tonumber(n) >= tonumber(ARGV[1]) then return 0 end
        redis.call('incr', KEYS[1])
        if not n then redis.call('expire', KEYS[1], ARGV[2]) end
        return 1"#;
    let expected = ScriptClass::Counter { key: KeyRef::Key(0), ttl: ttl(TimeUnit::Seconds, 1) };
    assert_eq!(class(text), expected);
}

#[test]
fn many_arguments_and_results_fit() {
    let text = r#"
        local all = {}
        for i = 1, 2000 do all[i] = 'm' .. i end
        redis.call('SADD', KEYS[1], unpack(all))
        local back = { pcall(function() return unpack(all) end) }
        return #back"#;
    assert!(matches!(class(text), ScriptClass::Write { .. }), "{:?}", class(text));
}
