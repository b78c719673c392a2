//! Releases.

use super::*;

#[test]
fn release_with_equals() {
    let text = r#"if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end"#;
    assert_eq!(class(text), release(Reply::Int(1), Reply::Int(0), Reply::Int(0)));
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
    assert_eq!(class(text), release(Reply::Int(1), Reply::Int(0), Reply::Int(0)));
}

#[test]
fn release_through_locals_and_pcall_with_signs() {
    let text = r#"
        local name, mine = KEYS[1], ARGV[1]
        local held = redis.pcall("GET", name)
        if not held then return -2 end
        if held == mine then redis.pcall("DEL", name) return 1 end
        return -1"#;
    assert_eq!(class(text), release(Reply::Int(1), Reply::Int(-1), Reply::Int(-2)));
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
        assert_eq!(class_with(text, keys, 1), release(ok(), Reply::Nil, Reply::Nil));
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
    assert_eq!(class_with(text, 2, 1), release(Reply::Int(1), Reply::Int(0), Reply::Int(0)));
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
    assert_eq!(class(text), release(Reply::Int(1), Reply::Int(0), Reply::Int(0)));
    let text = "return server.call('delifeq', KEYS[1], ARGV[1])";
    assert_eq!(class(text), release(Reply::Int(1), Reply::Int(0), Reply::Int(0)));
}

#[test]
fn release_that_decodes_a_document() {
    let text = r#"
        local raw = redis.call('GET', KEYS[1])
        if not raw then return 0 end
        local lock = cjson.decode(raw)
        if lock.owner == ARGV[1] then redis.call('DEL', KEYS[1]) return 1 end
        return 0"#;
    assert_eq!(class(text), release(Reply::Int(1), Reply::Int(0), Reply::Int(0)));
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
        ScriptClass::Release { key, guard, also_writes, .. } => {
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
        ScriptClass::Release { key, guard, also_writes, .. } => {
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
    assert_eq!(class(text), release(Reply::Int(1), Reply::Int(0), Reply::Int(0)));
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
            ScriptClass::Release { key: KeyRef::Key(0), guard: None, .. } => {}
            other => panic!("{other:?}: {text}"),
        }
    }
}

#[test]
fn release_that_answers_with_an_error() {
    let text = r#"if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1])
        else return redis.error_reply('NOTOWNER not yours') end"#;
    assert_eq!(class(text), release(Reply::Int(1), Reply::Error, Reply::Error));
}
