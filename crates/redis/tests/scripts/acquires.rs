//! Acquires.

use super::*;

#[test]
fn acquire_by_set_nx() {
    let text = "return redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])";
    let expected = acquire(ArgRef::Arg(0), ttl(TimeUnit::Millis, 1), ok(), Reply::Nil);
    assert_eq!(class(text), expected);
}

#[test]
fn acquire_by_setnx_and_expire_in_one_script() {
    let text = r#"
        if redis.call("SETNX", KEYS[1], ARGV[1]) == 1 then
          redis.call("EXPIRE", KEYS[1], ARGV[2])
          return 1
        end
        return 0"#;
    let expected = acquire(ArgRef::Arg(0), ttl(TimeUnit::Seconds, 1), Reply::Int(1), Reply::Int(0));
    assert_eq!(class(text), expected);
}

#[test]
fn acquire_with_constants() {
    let text = r#"
        local ok = redis.call('setnx', KEYS[1], '1')
        if ok == 1 then redis.call('expire', KEYS[1], 30) end
        return ok"#;
    let expected = acquire(ArgRef::Const("1".to_owned()), seconds("30"), Reply::Int(1), Reply::Int(0));
    assert_eq!(class(text), expected);
}

#[test]
fn acquire_by_exists_or_pttl_then_set() {
    let text = r#"
        if redis.call('EXISTS', KEYS[1]) == 0 then
          redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
          return true
        end
        return false"#;
    let expected = acquire(ArgRef::Arg(0), ttl(TimeUnit::Seconds, 1), Reply::Int(1), Reply::Nil);
    assert_eq!(class(text), expected);
    let text = r#"
        local left = redis.call('PTTL', KEYS[1])
        if left > 0 then return left end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 0"#;
    let expected = acquire(ArgRef::Arg(0), ttl(TimeUnit::Millis, 1), Reply::Int(0), Reply::Number);
    assert_eq!(class(text), expected);
}

#[test]
fn acquire_without_expiry() {
    let text = "return redis.call('SETNX', KEYS[1], ARGV[1])";
    assert_eq!(class(text), acquire(ArgRef::Arg(0), None, Reply::Int(1), Reply::Int(0)));
}

#[test]
fn acquire_whose_losers_prolong_the_lease() {
    let text = r#"
        local got = redis.call('setnx', KEYS[1], ARGV[1])
        redis.call('pexpire', KEYS[1], ARGV[2])
        return got"#;
    match class(text) {
        ScriptClass::Acquire { loser_extends: true, token: ArgRef::Arg(0), .. } => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn acquire_or_renew() {
    let text = r#"
        if redis.call("GET", KEYS[1]) == ARGV[1] then
          redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
          return "OK"
        end
        return redis.call("SET", KEYS[1], ARGV[1], "NX", "PX", ARGV[2])"#;
    let expected = ScriptClass::AcquireOrRenew {
        key: KeyRef::Key(0),
        token: ArgRef::Arg(0),
        ttl: ttl(TimeUnit::Millis, 1),
        reentrant: false,
        won: Reply::Bulk(BulkIs::Text("OK".to_owned())),
        lost: Reply::Nil,
    };
    match (class(text), expected) {
        (
            ScriptClass::AcquireOrRenew { key, token, ttl, reentrant, lost, .. },
            ScriptClass::AcquireOrRenew { key: k, token: t, ttl: l, reentrant: r, lost: o, .. },
        ) => assert_eq!((key, token, ttl, reentrant, lost), (k, t, l, r, o)),
        (other, _) => panic!("{other:?}"),
    }
}

#[test]
fn acquire_of_a_counting_hash() {
    let text = r#"
        if redis.call('exists', KEYS[1]) == 0 or redis.call('hexists', KEYS[1], ARGV[2]) == 1 then
          redis.call('hincrby', KEYS[1], ARGV[2], 1)
          redis.call('pexpire', KEYS[1], ARGV[1])
          return nil
        end
        return redis.call('pttl', KEYS[1])"#;
    let expected = ScriptClass::AcquireOrRenew {
        key: KeyRef::Key(0),
        token: ArgRef::Arg(1),
        ttl: ttl(TimeUnit::Millis, 0),
        reentrant: true,
        won: Reply::Nil,
        lost: Reply::Number,
    };
    assert_eq!(class(text), expected);
}

#[test]
fn acquire_of_several_keys() {
    let text = r#"
        local function free_or_mine()
          for _, name in ipairs(KEYS) do
            local v = redis.call("getrange", name, 0, tonumber(ARGV[2]) - 1)
            if v ~= string.sub(ARGV[1], 1, tonumber(ARGV[2])) then return false end
          end
          return true
        end
        local pairs_ = {}
        for _, name in ipairs(KEYS) do
          table.insert(pairs_, name)
          table.insert(pairs_, ARGV[1])
        end
        if redis.call("msetnx", unpack(pairs_)) ~= 1 then
          if not free_or_mine() then return false end
          redis.call("mset", unpack(pairs_))
        end
        for _, name in ipairs(KEYS) do redis.call("pexpire", name, ARGV[3]) end
        return redis.status_reply("OK")"#;
    for keys in [1, 2] {
        match class_with(text, keys, 3) {
            ScriptClass::AcquireOrRenew { key, token, ttl: t, lost, won, .. } => {
                assert_eq!((key, token, won, lost), (KeyRef::Key(0), ArgRef::Arg(0), ok(), Reply::Nil));
                assert_eq!(t, ttl(TimeUnit::Millis, 2));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn acquire_with_a_fencing_epoch() {
    let text = r#"
        if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
          return redis.call('incr', KEYS[2])
        end
        return 0"#;
    let expected = acquire(ArgRef::Arg(0), ttl(TimeUnit::Millis, 1), Reply::Number, Reply::Int(0));
    assert_eq!(class(text), expected);
}

#[test]
fn acquire_until_a_point_in_time() {
    let text = r#"
        if redis.call('setnx', KEYS[1], ARGV[1]) == 1 then
          redis.call('pexpireat', KEYS[1], ARGV[2]) return 1
        end
        return 0"#;
    let expected = acquire(ArgRef::Arg(0), ttl(TimeUnit::UnixMillis, 1), Reply::Int(1), Reply::Int(0));
    assert_eq!(class(text), expected);
}

#[test]
fn acquire_with_a_converted_ttl() {
    let text = r#"
        local s = math.ceil(tonumber(ARGV[2]) / 1000)
        if redis.call('set', KEYS[1], ARGV[1], 'NX', 'EX', s) then return 1 end
        return 0"#;
    let expected = acquire(ArgRef::Arg(0), ttl(TimeUnit::Millis, 1), Reply::Int(1), Reply::Int(0));
    assert_eq!(class(text), expected);
}
