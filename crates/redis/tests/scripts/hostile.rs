//! Hostile and broken scripts.

use super::*;

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
    assert!(not_understood("error(setmetatable({}, {__tostring = function() error('x') end}))").contains("unknown"));
    assert!(not_understood("local function f(n) return 1 + f(n + 1) end return f(1)").contains("stack"));
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
    assert_eq!(class(text), ScriptClass::Read { keys: vec![KeyRef::Key(0)] });
}
