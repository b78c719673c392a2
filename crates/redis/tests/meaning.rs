//! The meaning of command vectors. `_` in a line stands for a word that is not known.

use dogpile_redis::{DelWhen, ExpireWhen, Meaning, SetWhen, TtlArg, Word, meaning};

fn of(line: &str) -> Meaning {
    let words: Vec<Word<'_>> =
        line.split(' ').map(|word| if word == "_" { Word::Hole } else { Word::Lit(word) }).collect();
    meaning(&words)
}

fn set(ttl: TtlArg, when: SetWhen, get: bool) -> Meaning {
    Meaning::Set { key: 1, value: 2, ttl, when, get }
}

#[test]
fn set_in_any_order_and_case() {
    use SetWhen::{Always, IfAbsent, IfPresent};
    use TtlArg::{Absent, Keep, Millis, Seconds, UnixMillis, UnixSeconds};
    for (line, ttl, when, get) in [
        ("SET k v", Absent, Always, false),
        ("set k v nx", Absent, IfAbsent, false),
        ("SET k v NX PX 30000", Millis(5), IfAbsent, false),
        ("SET k v PX 30000 NX", Millis(4), IfAbsent, false),
        ("SeT _ _ eX _ nX", Seconds(4), IfAbsent, false),
        ("SET k v XX GET EX 5", Seconds(6), IfPresent, true),
        ("SET k v EXAT 99 GET", UnixSeconds(4), Always, true),
        ("SET k v PXAT 99", UnixMillis(4), Always, false),
        ("SET k v KEEPTTL XX", Keep, IfPresent, false),
    ] {
        assert_eq!(of(line), set(ttl, when, get), "{line}");
    }
}

#[test]
fn set_by_comparison() {
    use TtlArg::{Absent, Millis};
    assert_eq!(of("SET k v IFEQ old"), set(Absent, SetWhen::IfEqual(4), false));
    assert_eq!(of("SET k v PX 5 ifeq old GET"), set(Millis(4), SetWhen::IfEqual(6), true));
    assert_eq!(of("SET k v IFNE old PX 5"), set(Millis(6), SetWhen::IfNotEqual(4), false));
    assert_eq!(of("SET k v IFDEQ d"), set(Absent, SetWhen::IfDigestEqual(4), false));
    assert_eq!(of("SET k v IFDNE d"), set(Absent, SetWhen::IfDigestNotEqual(4), false));
    assert_eq!(of("SET k v IFEQ _"), set(Absent, SetWhen::IfEqual(4), false));
    assert_eq!(of("SET k v IFEQ NX"), set(Absent, SetWhen::IfEqual(4), false));
}

#[test]
fn set_with_words_that_are_not_known() {
    use TtlArg::{Absent, Millis, Unknown};
    assert_eq!(of("SET k v _"), set(Unknown, SetWhen::Unknown, false));
    assert_eq!(of("SET k v NX _ _"), set(Unknown, SetWhen::IfAbsent, false));
    assert_eq!(of("SET k v PX 5 _"), set(Millis(4), SetWhen::Unknown, false));
    assert_eq!(of("SET k v _ 5 NX"), set(Unknown, SetWhen::IfAbsent, false));
    assert_eq!(of("SET k _"), set(Absent, SetWhen::Always, false));
}

#[test]
fn set_that_a_server_refuses() {
    for line in [
        "SET",
        "SET k",
        "SET k v NX XX",
        "SET k v EX",
        "SET k v EX 1 PX 2",
        "SET k v WHAT",
        "SET k v 30",
        "SET k v EX 1 KEEPTTL",
        "SET k v NX IFEQ a",
    ] {
        assert_eq!(of(line), Meaning::Unknown, "{line}");
    }
}

#[test]
fn the_older_sets() {
    use TtlArg::{Absent, Millis, Seconds};
    assert_eq!(of("SETNX k v"), set(Absent, SetWhen::IfAbsent, false));
    assert_eq!(of("MSETNX k v l w"), set(Absent, SetWhen::IfAbsent, false));
    assert_eq!(of("getset k v"), set(Absent, SetWhen::Always, true));
    let (when, get) = (SetWhen::Always, false);
    assert_eq!(of("SETEX k 5 v"), Meaning::Set { key: 1, value: 3, ttl: Seconds(2), when, get });
    assert_eq!(of("psetex k 5 v"), Meaning::Set { key: 1, value: 3, ttl: Millis(2), when, get });
    let when = SetWhen::IfAbsent;
    let expected = Meaning::Set { key: 2, value: 3, ttl: Seconds(8), when, get };
    assert_eq!(of("MSETEX 2 k v l w NX EX 5"), expected);
    assert_eq!(of("MSETEX 9 k v"), Meaning::Unknown);
    assert_eq!(of("SETNX k"), Meaning::Unknown);
}

#[test]
fn expiry() {
    let expire = |ttl, when| Meaning::Expire { key: 1, ttl, when };
    assert_eq!(of("EXPIRE k 5"), expire(TtlArg::Seconds(2), ExpireWhen::Always));
    assert_eq!(of("pexpire k _ nx"), expire(TtlArg::Millis(2), ExpireWhen::Nx));
    assert_eq!(of("EXPIREAT k 5 XX"), expire(TtlArg::UnixSeconds(2), ExpireWhen::Xx));
    assert_eq!(of("PEXPIREAT k 5 GT"), expire(TtlArg::UnixMillis(2), ExpireWhen::Gt));
    assert_eq!(of("EXPIRE k 5 GT XX"), expire(TtlArg::Seconds(2), ExpireWhen::Gt));
    assert_eq!(of("EXPIRE k 5 LT"), expire(TtlArg::Seconds(2), ExpireWhen::Lt));
    assert_eq!(of("EXPIRE k 5 _"), expire(TtlArg::Seconds(2), ExpireWhen::Unknown));
    assert_eq!(of("GETEX k PX 5"), expire(TtlArg::Millis(3), ExpireWhen::Always));
    assert_eq!(of("GETEX k"), Meaning::Read { keys: vec![1] });
    assert_eq!(of("GETEX k persist"), Meaning::Persist { key: 1 });
    assert_eq!(of("PERSIST k"), Meaning::Persist { key: 1 });
}

#[test]
fn deletes() {
    let delete = |keys, when| Meaning::Delete { keys, when };
    assert_eq!(of("DEL k l"), delete(vec![1, 2], DelWhen::Always));
    assert_eq!(of("unlink k"), delete(vec![1], DelWhen::Always));
    assert_eq!(of("GETDEL k"), delete(vec![1], DelWhen::Always));
    assert_eq!(of("DELEX k"), delete(vec![1], DelWhen::Always));
    assert_eq!(of("DELEX k IFEQ v"), delete(vec![1], DelWhen::IfEqual(3)));
    assert_eq!(of("delex k ifdeq v"), delete(vec![1], DelWhen::IfEqual(3)));
    assert_eq!(of("DELEX k IFNE v"), delete(vec![1], DelWhen::IfNotEqual(3)));
    assert_eq!(of("DELEX k _ v"), delete(vec![1], DelWhen::Unknown));
    assert_eq!(of("DELEX k IFEQ"), Meaning::Unknown);
    assert_eq!(of("DELIFEQ k v"), delete(vec![1], DelWhen::IfEqual(2)));
    assert_eq!(of("DEL"), Meaning::Unknown);
}

#[test]
fn scripts() {
    let eval =
        |keys, args, by_sha, function, counted| Meaning::Eval { script: 1, keys, args, by_sha, function, counted };
    assert_eq!(of("EVAL text 1 k a b"), eval(3..4, 4..6, false, false, true));
    assert_eq!(of("evalsha hash 2 k l"), eval(3..5, 5..5, true, false, true));
    assert_eq!(of("FCALL_RO f 0 a"), eval(3..3, 3..4, false, true, true));
    assert_eq!(of("EVAL _ _ k a"), eval(3..3, 3..5, false, false, false));
    assert_eq!(of("EVAL text 3 k"), Meaning::Unknown);
    assert_eq!(of("EVAL text x k"), Meaning::Unknown);
    assert_eq!(of("SCRIPT LOAD text"), Meaning::Neutral);
}

#[test]
fn the_rest() {
    assert_eq!(of("MGET a b"), Meaning::Read { keys: vec![1, 2] });
    assert_eq!(of("MSET a 1 b 2"), Meaning::Write { keys: vec![1, 3] });
    assert_eq!(of("INCR n"), Meaning::Increment { key: 1 });
    assert_eq!(of("HSETNX h f v"), Meaning::HashSetIfAbsent { key: 1, field: 2, value: 3 });
    assert_eq!(of("HSET h f v"), Meaning::Write { keys: vec![1] });
    let pop = |key, timeout, blocking| Meaning::ListPop { key, timeout, blocking };
    assert_eq!(of("LPOP l"), pop(1, None, false));
    assert_eq!(of("BLPOP l m 0"), pop(1, Some(3), true));
    assert_eq!(of("BLMOVE l m LEFT RIGHT 0"), pop(1, Some(5), true));
    assert_eq!(of("BLMPOP 0 1 l LEFT"), pop(3, Some(1), true));
    assert_eq!(of("SUBSCRIBE a b"), Meaning::Subscribe { channels: vec![1, 2] });
    assert_eq!(of("PUBLISH c m"), Meaning::Publish { channel: 1 });
    assert_eq!(of("multi"), Meaning::Multi);
    assert_eq!(of("EXEC"), Meaning::Exec);
    assert_eq!(of("DISCARD"), Meaning::Discard);
    assert_eq!(of("WATCH a b"), Meaning::Watch { keys: vec![1, 2] });
    assert_eq!(of("UNWATCH"), Meaning::Unwatch);
    assert_eq!(of("CONFIG GET x"), Meaning::Neutral);
    assert_eq!(of("XREAD BLOCK 0 STREAMS s 0"), Meaning::Read { keys: vec![4] });
    assert_eq!(of("_ k v"), Meaning::Unknown);
    assert_eq!(of("FROBNICATE k"), Meaning::Unknown);
    assert_eq!(meaning(&[]), Meaning::Unknown);
    assert_eq!(of("SET k v NX").keys(), [1]);
}

#[test]
fn positions_never_leave_the_vector() {
    let names = [
        "SET",
        "EVAL",
        "MSETEX",
        "ZMPOP",
        "BZMPOP",
        "SINTERCARD",
        "XREAD",
        "BLPOP",
        "GETEX",
        "DELEX",
        "BITOP",
        "OBJECT",
    ];
    let fill = ["18446744073709551615", "3", "1", "STREAMS", "EX", "_"];
    for name in names {
        for one in fill {
            for two in fill {
                for len in 0..6 {
                    let mut line = name.to_owned();
                    for at in 0..len {
                        line.push(' ');
                        line.push_str(if at % 2 == 0 { one } else { two });
                    }
                    assert!(of(&line).keys().iter().all(|&key| key <= len), "{line}");
                }
            }
        }
    }
}
