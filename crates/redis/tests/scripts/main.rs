//! What scripts are understood to do, by dialect. All texts are our own, written in
//! the forms that are common in the field.

mod acquires;
mod hostile;
mod others;
mod releases;
mod renewals;

use dogpile_redis::{
    ArgRef, BulkIs, GuardKind, KeyRef, Limits, Reply, ScriptClass, ScriptProbe, ScriptTtl, TimeUnit, classify,
    classify_call, classify_function,
};

fn class(text: &str) -> ScriptClass {
    classify(text, ScriptProbe::default(), Limits::default())
}

fn class_with(text: &str, keys: usize, args: usize) -> ScriptClass {
    classify(text, ScriptProbe { keys: Some(keys), args: Some(args) }, Limits::default())
}

fn ttl(unit: TimeUnit, arg: usize) -> Option<ScriptTtl> {
    Some(ScriptTtl { unit, value: ArgRef::Arg(arg) })
}

fn seconds(text: &str) -> Option<ScriptTtl> {
    Some(ScriptTtl { unit: TimeUnit::Seconds, value: ArgRef::Const(text.to_owned()) })
}

fn ok() -> Reply {
    Reply::Status("OK".to_owned())
}

fn release(won: Reply, lost: Reply, absent: Reply) -> ScriptClass {
    ScriptClass::Release { key: KeyRef::Key(0), guard: Some(ArgRef::Arg(0)), also_writes: vec![], won, lost, absent }
}

fn renew(ttl: Option<ScriptTtl>, won: Reply, lost: Reply) -> ScriptClass {
    let (key, guard) = (KeyRef::Key(0), Some(ArgRef::Arg(0)));
    ScriptClass::Renew { key, guard, ttl, creates: false, won, lost }
}

fn acquire(token: ArgRef, ttl: Option<ScriptTtl>, won: Reply, lost: Reply) -> ScriptClass {
    let key = KeyRef::Key(0);
    ScriptClass::Acquire { key, token, ttl, reentrant: false, loser_extends: false, won, lost }
}

fn not_understood(text: &str) -> String {
    match class(text) {
        ScriptClass::NotUnderstood { why } => why,
        other => panic!("understood as {other:?}: {text}"),
    }
}
