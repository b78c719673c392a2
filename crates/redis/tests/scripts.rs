//! What scripts are understood to do, by dialect. All texts are our own, written in
//! the forms that are common in the field.

use dogpile_redis::{
    ArgRef, BulkIs, GuardKind, KeyRef, Limits, Reply, ScriptClass, ScriptProbe, ScriptTtl,
    TimeUnit, classify, classify_call, classify_function,
};

fn class(text: &str) -> ScriptClass {
    classify(text, ScriptProbe::default(), Limits::default())
}

fn class_with(text: &str, keys: usize, args: usize) -> ScriptClass {
    classify(
        text,
        ScriptProbe {
            keys: Some(keys),
            args: Some(args),
        },
        Limits::default(),
    )
}

fn ttl(unit: TimeUnit, arg: usize) -> Option<ScriptTtl> {
    Some(ScriptTtl {
        unit,
        value: ArgRef::Arg(arg),
    })
}

fn seconds(text: &str) -> Option<ScriptTtl> {
    Some(ScriptTtl {
        unit: TimeUnit::Seconds,
        value: ArgRef::Const(text.to_owned()),
    })
}

fn ok() -> Reply {
    Reply::Status("OK".to_owned())
}

fn release(won: Reply, lost: Reply, absent: Reply) -> ScriptClass {
    ScriptClass::Release {
        key: KeyRef::Key(0),
        guard: Some(ArgRef::Arg(0)),
        also_writes: vec![],
        won,
        lost,
        absent,
    }
}

fn renew(ttl: Option<ScriptTtl>, won: Reply, lost: Reply) -> ScriptClass {
    let (key, guard) = (KeyRef::Key(0), Some(ArgRef::Arg(0)));
    ScriptClass::Renew {
        key,
        guard,
        ttl,
        creates: false,
        won,
        lost,
    }
}

fn acquire(token: ArgRef, ttl: Option<ScriptTtl>, won: Reply, lost: Reply) -> ScriptClass {
    let key = KeyRef::Key(0);
    ScriptClass::Acquire {
        key,
        token,
        ttl,
        reentrant: false,
        loser_extends: false,
        won,
        lost,
    }
}

fn not_understood(text: &str) -> String {
    match class(text) {
        ScriptClass::NotUnderstood { why } => why,
        other => panic!("understood as {other:?}: {text}"),
    }
}

// ---- releases

#[test]
fn release_with_equals() {
    let text = r#"if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end"#;
    assert_eq!(
        class(text),
        release(Reply::Int(1), Reply::Int(0), Reply::Int(0))
    );
    assert_eq!(class_with(text, 1, 1), class(text));
}

#[test]
fn release_in_mixed_case_with_unlink() {
    let text = r#"if redis.call('GeT', KEYS[1])==ARGV[1] then redis.call('UnLink', KEYS[1]) end"#;
    assert_eq!(class(text), release(Reply::Nil, Reply::Nil, Reply::Nil));
}

#[test]
fn release_with_not_equal_and_early_return() {
    let text = r#"
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then
          return 0
        end
        redis.call('DEL', KEYS[1])
        return 1"#;
    assert_eq!(
        class(text),
        release(Reply::Int(1), Reply::Int(0), Reply::Int(0))
    );
}

#[test]
fn release_through_locals_and_pcall_with_signs() {
    let text = r#"
        local name, mine = KEYS[1], ARGV[1]
        local held = redis.pcall("GET", name)
        if not held then return -2 end
        if held == mine then redis.pcall("DEL", name) return 1 end
        return -1"#;
    assert_eq!(
        class(text),
        release(Reply::Int(1), Reply::Int(-1), Reply::Int(-2))
    );
}

#[test]
fn release_of_several_keys_at_once() {
    let text = r#"
        for _, held in ipairs(redis.call("mget", unpack(KEYS))) do
          if held ~= ARGV[1] then return false end
        end
        redis.call("del", unpack(KEYS))
        return redis.status_reply("OK")"#;
    for keys in [1, 2, 3] {
        assert_eq!(
            class_with(text, keys, 1),
            release(ok(), Reply::Nil, Reply::Nil)
        );
    }
}

#[test]
fn release_that_counts_keys() {
    let text = r#"
        local gone = 0
        for _, name in ipairs(KEYS) do
          if redis.call("get", name) == ARGV[1] then
            redis.pcall("del", name)
            gone = gone + 1
          end
        end
        return gone"#;
    assert_eq!(
        class_with(text, 2, 1),
        release(Reply::Int(1), Reply::Int(0), Reply::Int(0))
    );
}

#[test]
fn release_of_a_counting_hash() {
    let text = r#"
        if redis.call('hexists', KEYS[1], ARGV[2]) == 0 then return nil end
        local left = redis.call('hincrby', KEYS[1], ARGV[2], -1)
        if left > 0 then
          redis.call('pexpire', KEYS[1], ARGV[1])
          return 0
        end
        redis.call('del', KEYS[1])
        redis.call('publish', KEYS[2], ARGV[3])
        return 1"#;
    let expected = ScriptClass::Release {
        key: KeyRef::Key(0),
        guard: Some(ArgRef::Arg(1)),
        also_writes: vec![],
        won: Reply::Int(1),
        lost: Reply::Nil,
        absent: Reply::Nil,
    };
    assert_eq!(class(text), expected);
}

#[test]
fn release_by_compare_and_delete_commands() {
    let text = "return redis.call('DELEX', KEYS[1], 'IFEQ', ARGV[1])";
    assert_eq!(
        class(text),
        release(Reply::Int(1), Reply::Int(0), Reply::Int(0))
    );
    let text = "return server.call('delifeq', KEYS[1], ARGV[1])";
    assert_eq!(
        class(text),
        release(Reply::Int(1), Reply::Int(0), Reply::Int(0))
    );
}

#[test]
fn release_that_decodes_a_document() {
    let text = r#"
        local raw = redis.call('GET', KEYS[1])
        if not raw then return 0 end
        local lock = cjson.decode(raw)
        if lock.owner == ARGV[1] then redis.call('DEL', KEYS[1]) return 1 end
        return 0"#;
    assert_eq!(
        class(text),
        release(Reply::Int(1), Reply::Int(0), Reply::Int(0))
    );
}

#[test]
fn release_of_an_owner_field() {
    let text = r#"
        local owner = redis.call('HGET', KEYS[1], 'owner')
        if owner and owner == ARGV[1] then
          redis.call('DEL', KEYS[1])
          return true
        end
        return false"#;
    assert_eq!(class(text), release(Reply::Int(1), Reply::Nil, Reply::Nil));
}

#[test]
fn release_that_hands_over() {
    let text = r#"
        if redis.call("get", KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call("del", KEYS[1])
        redis.call("lpush", KEYS[2], "go")
        redis.call("pexpire", KEYS[2], 1000)
        return 1"#;
    match class(text) {
        ScriptClass::Release {
            key,
            guard,
            also_writes,
            ..
        } => {
            assert_eq!((key, guard), (KeyRef::Key(0), Some(ArgRef::Arg(0))));
            assert_eq!(also_writes, [KeyRef::Key(1)]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn release_of_a_lock_that_is_not_the_first_key() {
    let text = r#"if redis.call('get', KEYS[2]) == ARGV[2] then
          redis.call('set', KEYS[1], ARGV[1]) redis.call('del', KEYS[2]) return 1 end return 0"#;
    match class(text) {
        ScriptClass::Release {
            key,
            guard,
            also_writes,
            ..
        } => {
            assert_eq!((key, guard), (KeyRef::Key(1), Some(ArgRef::Arg(1))));
            assert_eq!(also_writes, [KeyRef::Key(0)]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn release_with_the_token_in_the_text() {
    let text = "if redis.call('get', 'lock:jobs') == '%s' then redis.call('del', 'lock:jobs') end";
    let expected = ScriptClass::Release {
        key: KeyRef::Text("lock:jobs".to_owned()),
        guard: Some(ArgRef::Const("%s".to_owned())),
        also_writes: vec![],
        won: Reply::Nil,
        lost: Reply::Nil,
        absent: Reply::Nil,
    };
    assert_eq!(class(text), expected);
}

#[test]
fn release_of_ones_own_list_item() {
    let text = "return redis.call('LREM', KEYS[1], 0, ARGV[1])";
    assert_eq!(
        class(text),
        release(Reply::Int(1), Reply::Int(0), Reply::Int(0))
    );
}

#[test]
fn releases_without_a_guard() {
    for text in [
        "return redis.call('del', KEYS[1])",
        "if redis.call('exists', KEYS[1]) == 1 then return redis.call('del', KEYS[1]) end return 0",
        "return redis.call('DELEX', KEYS[1])",
        "local v = redis.call('get', KEYS[1]) if v ~= nil then redis.call('del', KEYS[1]) return 1 end return 0",
    ] {
        match class(text) {
            ScriptClass::Release {
                key: KeyRef::Key(0),
                guard: None,
                ..
            } => {}
            other => panic!("{other:?}: {text}"),
        }
    }
}

#[test]
fn release_that_answers_with_an_error() {
    let text = r#"if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1])
        else return redis.error_reply('NOTOWNER not yours') end"#;
    assert_eq!(
        class(text),
        release(Reply::Int(1), Reply::Error, Reply::Error)
    );
}

// ---- acquires

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
    let expected = acquire(
        ArgRef::Arg(0),
        ttl(TimeUnit::Seconds, 1),
        Reply::Int(1),
        Reply::Int(0),
    );
    assert_eq!(class(text), expected);
}

#[test]
fn acquire_with_constants() {
    let text = r#"
        local ok = redis.call('setnx', KEYS[1], '1')
        if ok == 1 then redis.call('expire', KEYS[1], 30) end
        return ok"#;
    let expected = acquire(
        ArgRef::Const("1".to_owned()),
        seconds("30"),
        Reply::Int(1),
        Reply::Int(0),
    );
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
    let expected = acquire(
        ArgRef::Arg(0),
        ttl(TimeUnit::Seconds, 1),
        Reply::Int(1),
        Reply::Nil,
    );
    assert_eq!(class(text), expected);
    let text = r#"
        local left = redis.call('PTTL', KEYS[1])
        if left > 0 then return left end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 0"#;
    let expected = acquire(
        ArgRef::Arg(0),
        ttl(TimeUnit::Millis, 1),
        Reply::Int(0),
        Reply::Number,
    );
    assert_eq!(class(text), expected);
}

#[test]
fn acquire_without_expiry() {
    let text = "return redis.call('SETNX', KEYS[1], ARGV[1])";
    assert_eq!(
        class(text),
        acquire(ArgRef::Arg(0), None, Reply::Int(1), Reply::Int(0))
    );
}

#[test]
fn acquire_whose_losers_prolong_the_lease() {
    let text = r#"
        local got = redis.call('setnx', KEYS[1], ARGV[1])
        redis.call('pexpire', KEYS[1], ARGV[2])
        return got"#;
    match class(text) {
        ScriptClass::Acquire {
            loser_extends: true,
            token: ArgRef::Arg(0),
            ..
        } => {}
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
            ScriptClass::AcquireOrRenew {
                key,
                token,
                ttl,
                reentrant,
                lost,
                ..
            },
            ScriptClass::AcquireOrRenew {
                key: k,
                token: t,
                ttl: l,
                reentrant: r,
                lost: o,
                ..
            },
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
            ScriptClass::AcquireOrRenew {
                key,
                token,
                ttl: t,
                lost,
                won,
                ..
            } => {
                assert_eq!(
                    (key, token, won, lost),
                    (KeyRef::Key(0), ArgRef::Arg(0), ok(), Reply::Nil)
                );
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
    let expected = acquire(
        ArgRef::Arg(0),
        ttl(TimeUnit::Millis, 1),
        Reply::Number,
        Reply::Int(0),
    );
    assert_eq!(class(text), expected);
}

#[test]
fn acquire_until_a_point_in_time() {
    let text = r#"
        if redis.call('setnx', KEYS[1], ARGV[1]) == 1 then
          redis.call('pexpireat', KEYS[1], ARGV[2]) return 1
        end
        return 0"#;
    let expected = acquire(
        ArgRef::Arg(0),
        ttl(TimeUnit::UnixMillis, 1),
        Reply::Int(1),
        Reply::Int(0),
    );
    assert_eq!(class(text), expected);
}

#[test]
fn acquire_with_a_converted_ttl() {
    let text = r#"
        local s = math.ceil(tonumber(ARGV[2]) / 1000)
        if redis.call('set', KEYS[1], ARGV[1], 'NX', 'EX', s) then return 1 end
        return 0"#;
    let expected = acquire(
        ArgRef::Arg(0),
        ttl(TimeUnit::Millis, 1),
        Reply::Int(1),
        Reply::Int(0),
    );
    assert_eq!(class(text), expected);
}

// ---- renewals

#[test]
fn renewals_under_a_guard() {
    let text = r#"if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) else return 0 end"#;
    assert_eq!(
        class(text),
        renew(ttl(TimeUnit::Millis, 1), Reply::Int(1), Reply::Int(0))
    );
    let text = r#"
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return redis.error_reply('LOST') end
        redis.call('SET', KEYS[1], ARGV[1], 'XX', 'EX', ARGV[2])
        return redis.status_reply('OK')"#;
    assert_eq!(
        class(text),
        renew(ttl(TimeUnit::Seconds, 1), ok(), Reply::Error)
    );
    let text = "return redis.call('SET', KEYS[1], ARGV[1], 'IFEQ', ARGV[1], 'PX', ARGV[2])";
    assert_eq!(
        class(text),
        renew(ttl(TimeUnit::Millis, 1), ok(), Reply::Nil)
    );
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
        ScriptClass::Renew {
            guard: Some(ArgRef::Arg(1)),
            ttl: t,
            ..
        } => {
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
    assert_eq!(
        class_with(text, 2, 2),
        renew(ttl(TimeUnit::Millis, 1), ok(), Reply::Nil)
    );
}

#[test]
fn renewals_without_a_guard() {
    for (text, unit) in [
        (
            "return redis.call('pexpire', KEYS[1], ARGV[1])",
            TimeUnit::Millis,
        ),
        (
            "return redis.call('expire', KEYS[1], ARGV[1])",
            TimeUnit::Seconds,
        ),
        (
            "if redis.call('exists', KEYS[1]) == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end",
            TimeUnit::Millis,
        ),
        (
            "return redis.call('set', KEYS[1], ARGV[2], 'XX', 'PX', ARGV[1])",
            TimeUnit::Millis,
        ),
    ] {
        match class(text) {
            ScriptClass::Renew {
                guard: None,
                creates: false,
                ttl: t,
                ..
            } => {
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
        ScriptClass::Renew {
            guard: None,
            creates: true,
            ..
        } => {}
        other => panic!("{other:?}"),
    }
}

// ---- the rest

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
        ScriptClass::GuardedWrite {
            kind: GuardKind::Version,
            guard: ArgRef::Arg(0),
            writes,
            ..
        } => {
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
    let expected = ScriptClass::Counter {
        key: KeyRef::Key(0),
        ttl: ttl(TimeUnit::Seconds, 0),
    };
    assert_eq!(class(text), expected);
    let text = r#"
        redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, ARGV[1] - ARGV[2])
        if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[3]) then
          redis.call('ZADD', KEYS[1], ARGV[1], ARGV[4])
          return 1
        end
        return 0"#;
    assert!(
        matches!(class(text), ScriptClass::Counter { .. }),
        "{:?}",
        class(text)
    );
}

#[test]
fn plain_reads_and_writes() {
    let read = class("return redis.call('get', KEYS[1])");
    assert_eq!(
        read,
        ScriptClass::Read {
            keys: vec![KeyRef::Key(0)]
        }
    );
    let write = class("return redis.call('set', KEYS[1], ARGV[1])");
    assert_eq!(
        write,
        ScriptClass::Write {
            keys: vec![KeyRef::Key(0)]
        }
    );
    for text in [
        "return redis.call('set', KEYS[1], '1')",
        "return redis.call('set', KEYS[1], '1', 'EX', 60)",
        "redis.call('hset', KEYS[1], 'state', 'on') return 1",
        "redis.call('sadd', KEYS[1], 'a') return 1",
    ] {
        let write = ScriptClass::Write {
            keys: vec![KeyRef::Key(0)],
        };
        assert_eq!(class(text), write, "{text}");
    }
    assert_eq!(class("return 1"), ScriptClass::Nothing);
    assert_eq!(
        class("return redis.call('publish', 'done', ARGV[1])"),
        ScriptClass::Nothing
    );
    assert!(matches!(
        class("return redis.call('lpop', KEYS[1])"),
        ScriptClass::Write { .. }
    ));
}

#[test]
fn keys_by_other_names() {
    let text = "return redis.call('set', 'lock:' .. KEYS[1], ARGV[1], 'NX', 'EX', 10)";
    match class(text) {
        ScriptClass::Acquire {
            key: KeyRef::Derived,
            ttl,
            ..
        } => assert_eq!(ttl, seconds("10")),
        other => panic!("{other:?}"),
    }
    let text = "if redis.call('get', ARGV[1]) == ARGV[2] then redis.call('del', ARGV[1]) end";
    match class(text) {
        ScriptClass::Release {
            key: KeyRef::Arg(0),
            guard: Some(ArgRef::Arg(1)),
            ..
        } => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn placeholders_outside_quotes() {
    let text = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('expire', KEYS[1], %d) end return 0";
    match class(text) {
        ScriptClass::Renew {
            guard: Some(ArgRef::Arg(0)),
            ttl: Some(ttl),
            ..
        } => {
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
    let probe = ScriptProbe {
        keys: Some(1),
        args: Some(1),
    };
    let one = |name| classify_function(library, name, probe, Limits::default());
    assert_eq!(
        one("unlock"),
        release(Reply::Int(1), Reply::Int(0), Reply::Int(0))
    );
    assert_eq!(
        one("peek"),
        ScriptClass::Read {
            keys: vec![KeyRef::Key(0)]
        }
    );
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
    let by = |word| {
        classify_call(
            text,
            ScriptProbe::default(),
            &[None, Some("30000"), Some(word)],
            Limits::default(),
        )
    };
    assert_eq!(
        by("renew"),
        renew(ttl(TimeUnit::Millis, 1), Reply::Int(1), Reply::Int(0))
    );
    assert_eq!(
        by("free"),
        release(Reply::Int(1), Reply::Int(0), Reply::Int(0))
    );
    assert!(matches!(by("take"), ScriptClass::Acquire { .. }));
}

#[test]
fn owners_of_several_parts() {
    let text = r#"if redis.call('get', KEYS[1]) == ARGV[1] .. ':' .. ARGV[2] then
        return redis.call('del', KEYS[1]) end return 0"#;
    assert_eq!(
        class(text),
        release(Reply::Int(1), Reply::Int(0), Reply::Int(0))
    );
}

#[test]
fn expiry_as_a_stored_time() {
    let text = r#"
        local ends = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
        if ends > tonumber(ARGV[1]) then return 0 end
        redis.call('HMSET', KEYS[1], 'until', ARGV[2], 'owner', ARGV[3])
        return 1"#;
    match class(text) {
        ScriptClass::Acquire {
            token: ArgRef::Arg(2),
            ttl: Some(ttl),
            ..
        } => {
            assert_eq!(ttl.value, ArgRef::Unknown);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrong_test_is_no_guard() {
    let text = "if redis.call('get', KEYS[1]) ~= ARGV[1] then return redis.call('del', KEYS[1]) end return 0";
    assert!(
        matches!(class(text), ScriptClass::Release { guard: None, .. }),
        "{:?}",
        class(text)
    );
    let text =
        "if redis.call('get', KEYS[1]) then return redis.call('del', KEYS[1]) end return ARGV[1]";
    assert!(
        matches!(class(text), ScriptClass::Release { guard: None, .. }),
        "{:?}",
        class(text)
    );
}

#[test]
fn limits_by_count_are_no_versions() {
    let text = r#"
        local n = redis.call('get', KEYS[1])
        if n and tonumber(n) >= tonumber(ARGV[1]) then return 0 end
        redis.call('incr', KEYS[1])
        if not n then redis.call('expire', KEYS[1], ARGV[2]) end
        return 1"#;
    let expected = ScriptClass::Counter {
        key: KeyRef::Key(0),
        ttl: ttl(TimeUnit::Seconds, 1),
    };
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
    assert!(
        matches!(class(text), ScriptClass::Write { .. }),
        "{:?}",
        class(text)
    );
}

// ---- hostile and broken scripts

#[test]
fn hostile_scripts_end() {
    let started = std::time::Instant::now();
    for text in [
        "while true do end",
        "repeat until false",
        "while true do pcall(function() while true do end end) end",
        "local function f() return pcall(f) end while true do f() end",
        "while true do xpcall(function() while true do end end, function(e) while true do end end) end",
        "return string.rep('x', 1e9)",
        "return string.rep('', 1e15)",
        "local s = 'x' while true do s = s .. s end",
        "local s = 'x' while true do pcall(function() s = s .. s end) end",
        "local t = {} local i = 1 while true do t[i] = tostring(i) .. 'some text' i = i + 1 end",
        "local s = ('x'):rep(1e6) for i = 1, 1e9 do local t = s .. i end",
        "return ('a'):rep(30000):find(('a*'):rep(20) .. 'b')",
        "return string.find(string.rep('a', 200), string.rep('a?', 100) .. string.rep('a', 100))",
        "local t = {} table.insert(t, -1e9, 1)",
        "while true do redis.call('SET', KEYS[1], 'x') end",
        "while true do redis.pcall('NOPE') end",
        "for i = 1, 1e9 do redis.call('LPUSH', 'l', i) end",
        "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) return t[1]",
    ] {
        match class(text) {
            ScriptClass::NotUnderstood { .. } => {}
            other => panic!("{other:?}: {text}"),
        }
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn broken_scripts_say_why() {
    assert!(not_understood("if redis.call('get' then").contains("script"));
    assert!(not_understood("error('no')").contains("no"));
    assert!(not_understood("error({err = 'MY error'})").contains("MY error"));
    assert!(
        not_understood("error(setmetatable({}, {__tostring = function() error('x') end}))")
            .contains("unknown")
    );
    assert!(
        not_understood("local function f(n) return 1 + f(n + 1) end return f(1)").contains("stack")
    );
    assert!(not_understood("return cmsgpack.pack(ARGV[1])").contains("cmsgpack"));
    assert!(not_understood("return redis.call('XADD', KEYS[1], '*', 'a', 'b')").contains("XADD"));
    assert!(not_understood("return redis.call('GET', {})").contains("arguments"));
    assert!(not_understood("return io.open('/etc/passwd')").contains("io"));
    assert!(not_understood("return os.execute('true')").contains("execute"));
    assert!(not_understood("return loadstring('return 1')()").contains("loadstring"));
    assert!(not_understood("return string.dump(function() end)").contains("dump"));
    assert!(not_understood("\u{1b}Lua junk").len() > 3);
}

#[test]
fn one_script_cannot_change_the_next_run() {
    let text = r#"
        string.format = nil
        redis.call = redis.call
        counter = (counter or 0) + 1
        if counter > 1 then return redis.call('del', KEYS[1]) end
        return redis.call('get', KEYS[1])"#;
    assert_eq!(
        class(text),
        ScriptClass::Read {
            keys: vec![KeyRef::Key(0)]
        }
    );
}
