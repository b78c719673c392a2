//! Names what a script was seen to do.
//!
//! The script runs with each key absent, holding each thing the caller could own it
//! by, and holding two foreign things (one numerically above and one below anything
//! of ours, so that a version test does not pass for an equality test). Then, in
//! this order:
//!
//! 1. ours goes and the foreign one stays: a guarded release;
//! 2. absent becomes present, and another caller changes nothing: an acquire;
//! 3. ours is prolonged, or other keys are written, only while it is ours: a guarded
//!    renewal, a guarded write;
//! 4. the foreign one goes, or is prolonged: an unguarded release or renewal;
//! 5. else a counter, a write, a read, or nothing.

use super::acquire::{acquire, parts};
use super::probe::{Change, Changes, FOREIGN, LEFT, NOW, Prober, changes};
use super::sandbox::{Refused, Run};
use super::world::Uses;
use super::{ArgRef, GuardKind, Limits, Reply, ScriptClass, ScriptProbe};
use crate::model::{RespReply, Server, Value};

/// An owner that no script names.
const ANYBODY: &str = "55557";

/// A way to own a key.
#[derive(Debug, Clone)]
enum Holder {
    Arg(usize),
    Literal(String),
    /// Made of several parts, one of which is an argument.
    Joined(usize, String),
    /// Nothing the script can know: shows what happens whoever owns the key.
    Anybody,
}

/// One key in one shape, ours against foreign.
struct Trial {
    key: Vec<u8>,
    holder: Holder,
    world: Server,
    ours: Run,
    ours_did: Changes,
    /// The runs over the foreign owners, with what they did.
    foreign: Vec<(Run, Changes)>,
    /// Only this key was there.
    alone: bool,
}

impl Trial {
    /// The foreign runs did none of what ours did.
    fn guarded(&self) -> bool {
        let somebody = !matches!(self.holder, Holder::Anybody);
        somebody
            && self.foreign.iter().all(|(_, did)| {
                !did.contains_key(&self.key) && self.ours_did.iter().all(|(key, change)| did.get(key) != Some(change))
            })
    }

    fn did(&self) -> Option<&Change> {
        self.ours_did.get(&self.key)
    }

    fn foreign_did(&self, wanted: &[Change]) -> bool {
        self.foreign.iter().all(|(_, did)| did.get(&self.key).is_some_and(|change| wanted.contains(change)))
    }
}

pub(super) fn decide(
    text: &str,
    function: Option<&str>,
    probe: ScriptProbe,
    fixed: &[Option<&str>],
    limits: Limits,
) -> Result<ScriptClass, Refused> {
    let mut prober = Prober::new(text, function, probe, fixed, limits)?;
    let class = judge(&mut prober)?;
    if matches!(class, ScriptClass::Read { .. }) && prober.joins && !prober.args.is_empty() {
        // It did nothing: perhaps nobody we thought of was the owner.
        prober.composed = true;
        return judge(&mut prober);
    }
    Ok(class)
}

fn judge(prober: &mut Prober) -> Result<ScriptClass, Refused> {
    let args = prober.args.clone();
    let absent = prober.run(&Server::at(NOW), &args)?;
    let uses = explore(prober, &absent)?;
    let trials = trials(prober, &uses)?;
    let acquired = acquire(prober)?;
    if let Some(why) = prober.always_failed() {
        return Err(Refused(format!("fails in every state: {why}")));
    }
    if let Some(class) = guarded_release(prober, &trials, &absent) {
        return Ok(class);
    }
    if let Some(class) = acquired {
        return Ok(class);
    }
    if let Some(class) = guarded_rest(prober, &trials)? {
        return Ok(class);
    }
    if let Some(class) = version_write(prober, &uses)? {
        return Ok(class);
    }
    if let Some(class) = unguarded(prober, &uses, &trials, &absent)? {
        return Ok(class);
    }
    rest(prober)
}

/// Finds the keys in use: some are read only once another holds what it should.
fn explore(prober: &mut Prober, absent: &Run) -> Result<Uses, Refused> {
    let args = prober.args.clone();
    let mut uses = Uses::default();
    uses.learn(absent);
    for _ in 0..3 {
        let before = uses.clone();
        for holder in holders(prober) {
            let text = shown(prober, &holder);
            for shape in 0..3 {
                let mut world = Server::at(NOW);
                for key in uses.order(prober) {
                    let shapes = uses.shapes(prober, &key, &text, &text);
                    if let Some(value) = shapes.get(shape.min(shapes.len().saturating_sub(1))) {
                        world.put(key, value.clone(), Some(NOW + LEFT));
                    }
                }
                let run = prober.run(&world, &args)?;
                uses.learn(&run);
            }
        }
        if uses == before {
            break;
        }
    }
    Ok(uses)
}

fn holders(prober: &Prober) -> Vec<Holder> {
    let args = (0..prober.args.len().min(8)).map(Holder::Arg);
    let literals = prober.literals.iter().cloned().map(Holder::Literal);
    let plain = args.chain(literals).chain([Holder::Anybody]);
    if prober.composed { composed(prober) } else { plain.collect() }
}

/// Owners such as `ARGV[1] .. ":" .. ARGV[2]`.
fn composed(prober: &Prober) -> Vec<Holder> {
    let mut out = Vec::new();
    let args = prober.args.get(..prober.args.len().min(4)).unwrap_or_default();
    let literals = prober.literals.iter().filter(|one| !one.is_empty()).take(4);
    let joints: Vec<&str> = std::iter::once("").chain(literals.map(String::as_str)).collect();
    for (at, arg) in args.iter().enumerate() {
        for joint in &joints {
            for (_, other) in args.iter().enumerate().filter(|(other, _)| *other != at) {
                out.push(Holder::Joined(at, format!("{arg}{joint}{other}")));
            }
            if !joint.is_empty() {
                out.push(Holder::Joined(at, format!("{joint}{arg}")));
                out.push(Holder::Joined(at, format!("{arg}{joint}")));
            }
        }
    }
    out
}

fn shown(prober: &Prober, holder: &Holder) -> String {
    match holder {
        Holder::Arg(at) => prober.args.get(*at).cloned().unwrap_or_default(),
        Holder::Literal(text) | Holder::Joined(_, text) => text.clone(),
        Holder::Anybody => ANYBODY.to_owned(),
    }
}

fn trials(prober: &mut Prober, uses: &Uses) -> Result<Vec<Trial>, Refused> {
    let args = prober.args.clone();
    let keys = uses.order(prober);
    let mut out = Vec::new();
    for key in &keys {
        for holder in holders(prober) {
            let text = shown(prober, &holder);
            let shapes = uses.shapes(prober, key, &text, &text);
            for (at, value) in shapes.iter().enumerate() {
                for alone in [true, false] {
                    if !alone && keys.len() == 1 {
                        continue;
                    }
                    let mut world = Server::at(NOW);
                    for other in keys.iter().filter(|other| !alone && *other != key) {
                        let others = uses.shapes(prober, other, &text, &text);
                        if let Some(value) = others.get(at.min(others.len().saturating_sub(1))) {
                            world.put(other.clone(), value.clone(), Some(NOW + LEFT));
                        }
                    }
                    let mut foreign = Vec::new();
                    for name in FOREIGN {
                        let shapes = uses.shapes(prober, key, name, &text);
                        let Some(value) = shapes.get(at) else {
                            continue;
                        };
                        let mut world = world.clone();
                        world.put(key.clone(), value.clone(), Some(NOW + LEFT));
                        let run = prober.run(&world, &args)?;
                        let did = changes(&world, &run.server);
                        foreign.push((run, did));
                    }
                    world.put(key.clone(), value.clone(), Some(NOW + LEFT));
                    let ours = prober.run(&world, &args)?;
                    let ours_did = changes(&world, &ours.server);
                    let (key, holder) = (key.clone(), holder.clone());
                    out.push(Trial { key, holder, world, ours, ours_did, foreign, alone });
                }
            }
        }
    }
    Ok(out)
}

fn guard(prober: &Prober, holder: &Holder) -> ArgRef {
    match holder {
        Holder::Arg(at) | Holder::Joined(at, _) => ArgRef::Arg(*at),
        Holder::Literal(text) => prober.constant(text),
        Holder::Anybody => ArgRef::Unknown,
    }
}

/// The reply, or `Number` where the two foreign worlds gave different integers.
fn foreign_reply(prober: &Prober, trial: &Trial) -> Reply {
    let mut replies = trial.foreign.iter().map(|(run, _)| prober.reply(run));
    match (replies.next(), replies.next()) {
        (Some(one), Some(two)) if one == two => one,
        (Some(Reply::Int(_)), Some(Reply::Int(_))) => Reply::Number,
        (Some(one), None) => one,
        _ => Reply::Other,
    }
}

fn guarded_release(prober: &Prober, trials: &[Trial], absent: &Run) -> Option<ScriptClass> {
    // Taking one's own ticket out of a set of other things is a release as well.
    let trial = trials.iter().find(|trial| trial.did() == Some(&Change::Gone) && trial.guarded())?;
    let written = trial.ours_did.iter().filter(|(_, change)| **change != Change::Gone);
    Some(ScriptClass::Release {
        key: prober.key_ref(&trial.key),
        guard: Some(guard(prober, &trial.holder)),
        also_writes: prober.key_refs(written.map(|(key, _)| key)),
        won: prober.reply(&trial.ours),
        lost: foreign_reply(prober, trial),
        absent: prober.reply(absent),
    })
}

fn guarded_rest(prober: &mut Prober, trials: &[Trial]) -> Result<Option<ScriptClass>, Refused> {
    let guarded = || trials.iter().filter(|trial| !trial.ours_did.is_empty() && trial.guarded());
    let renews =
        |trial: &&Trial| trial.did() == Some(&Change::Expiry) && trial.ours_did.len() == 1 && keeps_expiry(trial);
    let many = |trial: &&Trial| {
        trial.did() == Some(&Change::Expiry)
            && trial.ours_did.values().all(|change| *change == Change::Expiry)
            && keeps_expiry(trial)
    };
    if let Some(trial) = guarded().find(renews).or_else(|| guarded().find(many)) {
        let held = guard(prober, &trial.holder);
        let fixed = match trial.holder {
            Holder::Arg(at) | Holder::Joined(at, _) => Some(at),
            Holder::Literal(_) | Holder::Anybody => None,
        };
        let ttl = prober.ttl(&trial.world, &trial.key, fixed)?;
        return Ok(Some(ScriptClass::Renew {
            key: prober.key_ref(&trial.key),
            guard: Some(held),
            ttl,
            creates: false,
            won: prober.reply(&trial.ours),
            lost: foreign_reply(prober, trial),
        }));
    }
    let Some(trial) = guarded().next() else {
        return Ok(None);
    };
    Ok(Some(ScriptClass::GuardedWrite {
        guard_key: prober.key_ref(&trial.key),
        guard: guard(prober, &trial.holder),
        kind: GuardKind::Equal,
        writes: prober.key_refs(trial.ours_did.keys()),
        won: prober.reply(&trial.ours),
        lost: foreign_reply(prober, trial),
    }))
}

/// The key still has an expiry (PERSIST is no renewal).
fn keeps_expiry(trial: &Trial) -> bool {
    trial.ours.server.entry(&trial.key).is_some_and(|entry| entry.expires.is_some())
}

/// Writes that depend on the order of two numbers: the one held and the caller's.
fn version_write(prober: &mut Prober, uses: &Uses) -> Result<Option<ScriptClass>, Refused> {
    for key in uses.order(prober) {
        for at in 0..prober.args.len().min(8) {
            let text = prober.args[at].clone();
            for value in uses.shapes(prober, &key, &text, &text) {
                // A field named after the caller has no order.
                if matches!(value, Value::List(_) | Value::Set(_)) {
                    continue;
                }
                let mut world = Server::at(NOW);
                world.put(key.clone(), value.clone(), Some(NOW + LEFT));
                // By three, so that a counter's next value is nobody's argument.
                let above = prober.with(at, 3);
                let below = prober.with(at, -3);
                let newer = prober.run(&world, &above)?;
                let older = prober.run(&world, &below)?;
                let did = [changes(&world, &newer.server), changes(&world, &older.server)];
                let (won, lost, did) = match did {
                    [did, none] if !did.is_empty() && none.is_empty() => (newer, older, did),
                    [none, did] if !did.is_empty() && none.is_empty() => (older, newer, did),
                    _ => continue,
                };
                if !recorded(&world, &won, &key, [&above, &below]) {
                    continue;
                }
                return Ok(Some(ScriptClass::GuardedWrite {
                    guard_key: prober.key_ref(&key),
                    guard: ArgRef::Arg(at),
                    kind: GuardKind::Version,
                    writes: prober.key_refs(did.keys()),
                    won: prober.reply(&won),
                    lost: prober.reply(&lost),
                }));
            }
        }
    }
    Ok(None)
}

/// The guard key is as before, or holds just what the caller passed: a number that
/// the script worked out makes it a counter or a bucket, not a version.
fn recorded(world: &Server, won: &Run, key: &[u8], args: [&[String]; 2]) -> bool {
    let texts = |server: &Server| server.entry(key).map(|entry| parts(&entry.value));
    let before = texts(world).unwrap_or_default();
    texts(&won.server).unwrap_or_default().iter().all(|part| {
        let passed = args.iter().any(|args| args.iter().any(|arg| arg.as_bytes() == part.as_slice()));
        passed || before.contains(part)
    })
}

fn unguarded(prober: &mut Prober, uses: &Uses, trials: &[Trial], absent: &Run) -> Result<Option<ScriptClass>, Refused> {
    let ended = |key: &Vec<u8>| uses.0.get(key).is_some_and(|used| used.ended);
    let alone = || trials.iter().filter(|trial| trial.alone && ended(&trial.key));
    let gone = [Change::Gone];
    if let Some(trial) = alone().find(|t| t.did() == Some(&Change::Gone) && t.foreign_did(&gone)) {
        let written = trial.ours_did.iter().filter(|(_, change)| **change != Change::Gone);
        return Ok(Some(ScriptClass::Release {
            key: prober.key_ref(&trial.key),
            guard: None,
            also_writes: prober.key_refs(written.map(|(key, _)| key)),
            won: prober.reply(&trial.ours),
            lost: foreign_reply(prober, trial),
            absent: prober.reply(absent),
        }));
    }
    // A key that is counted or set when absent is not being renewed.
    let moved = [Change::Expiry, Change::Value];
    let found = trials.iter().find(|trial| {
        trial.alone
            && trial.did() == Some(&Change::Expiry)
            && trial.foreign_did(&moved)
            && keeps_expiry(trial)
            && !prober.counted.contains(&trial.key)
            && absent.server.entry(&trial.key).is_none()
    });
    let Some(trial) = found else { return Ok(None) };
    let ttl = prober.ttl(&trial.world, &trial.key, None)?;
    Ok(Some(ScriptClass::Renew {
        key: prober.key_ref(&trial.key),
        guard: None,
        ttl,
        creates: false,
        won: prober.reply(&trial.ours),
        lost: match &absent.reply {
            RespReply::Error(_) => Reply::Error,
            _ => prober.reply(absent),
        },
    }))
}

fn rest(prober: &mut Prober) -> Result<ScriptClass, Refused> {
    let counted: Vec<Vec<u8>> = prober.counted.intersection(&prober.changed).cloned().collect();
    if let Some(key) = counted.first() {
        let ttl = prober.ttl(&Server::at(NOW), key, None)?;
        return Ok(ScriptClass::Counter { key: prober.key_ref(key), ttl });
    }
    let changed = prober.changed.clone();
    if !changed.is_empty() {
        return Ok(ScriptClass::Write { keys: prober.key_refs(&changed) });
    }
    let named = prober.named.clone();
    if named.is_empty() {
        return Ok(ScriptClass::Nothing);
    }
    Ok(ScriptClass::Read { keys: prober.key_refs(&named) })
}
