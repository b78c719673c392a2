//! Lua 5.1 with Redis' library and nothing else, on the model of Redis.
//!
//! Source: "Redis Lua API reference" and "Scripting with Lua" on redis.io. Limits:
//! instructions are counted by a hook; library functions that can run long inside
//! one instruction charge by size (`prelude.lua`); memory is the allocator's limit;
//! a clock stands behind all of it. A run that ends by a limit, or that needs what
//! the model lacks, is refused: the script cannot catch that.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use mlua::chunk::ChunkMode;
use mlua::{Function, HookTriggers, Lua, LuaOptions, MultiValue, StdLib, Table, Value, VmState};

use super::{Limits, cjson, sha1};
use crate::model::{RespReply, Server};

/// Instructions between two looks at the limits.
const EVERY: u32 = 100;

/// What one run left behind.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) reply: RespReply,
    /// The script raised an error (as opposed to returning one).
    pub(super) raised: bool,
    pub(super) server: Server,
    /// Every command the script sent.
    pub(super) log: Vec<Vec<Vec<u8>>>,
    /// The script read a JSON document.
    pub(super) decoded: bool,
}

/// Why a script cannot be judged by running it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(pub(super) String);

impl From<mlua::Error> for Refused {
    fn from(error: mlua::Error) -> Self {
        let text = error.to_string();
        if text.contains("not enough memory") {
            return Refused("needs more memory than allowed".to_owned());
        }
        let line = text.lines().next().unwrap_or_default();
        let line = line.strip_prefix("runtime error: ").unwrap_or(line);
        Refused(line.strip_prefix("syntax error: ").unwrap_or(line).chars().take(200).collect())
    }
}

struct Shared {
    server: Server,
    log: Vec<Vec<Vec<u8>>>,
    decoded: bool,
    refused: Option<String>,
    steps: u64,
    total: u64,
    commands: usize,
    until: Instant,
}

impl Shared {
    fn charge(&mut self, steps: u64) {
        self.steps = self.steps.saturating_sub(steps);
        self.total = self.total.saturating_sub(steps);
        if self.steps == 0 || self.total == 0 || Instant::now() > self.until {
            self.refuse("does not end within the instruction limit");
        }
    }

    fn refuse(&mut self, why: &str) {
        if self.refused.is_none() {
            self.refused = Some(why.to_owned());
        }
    }

    /// An error for Lua once the run is over.
    fn check(&self) -> mlua::Result<()> {
        match &self.refused {
            Some(why) => Err(mlua::Error::runtime(why)),
            None => Ok(()),
        }
    }
}

/// A script ready to run any number of times.
pub(super) struct Sandbox {
    lua: Lua,
    shared: Rc<RefCell<Shared>>,
    enter: Function,
    script: Function,
    /// The function to call, when the script is a FUNCTION library.
    function: Option<String>,
    limits: Limits,
}

impl Sandbox {
    pub(super) fn new(text: &str, function: Option<&str>, limits: Limits) -> Result<Self, Refused> {
        if text.len() > limits.text {
            return Err(Refused("the text is too long".to_owned()));
        }
        let libs = StdLib::STRING | StdLib::TABLE | StdLib::MATH;
        let lua = Lua::new_with(libs, LuaOptions::new())?;
        lua.set_memory_limit(limits.memory)?;
        let shared = Rc::new(RefCell::new(Shared {
            server: Server::at(0),
            log: Vec::new(),
            decoded: false,
            refused: None,
            steps: limits.instructions,
            total: limits.total_instructions,
            commands: 0,
            until: Instant::now() + Duration::from_millis(limits.millis),
        }));
        let host = host(&lua, &shared)?;
        let prelude = lua.load(include_str!("prelude.lua")).set_name("=prelude").into_function()?;
        let enter: Function = prelude.call(host)?;
        // "#!lua …" is Redis' own line, not Lua's.
        let text = match text.strip_prefix("#!") {
            Some(_) => text.split_once('\n').map_or("", |(_, rest)| rest),
            None => text,
        };
        let script = lua.load(text).set_name("=script").set_mode(ChunkMode::Text).into_function()?;
        let hooked = Rc::clone(&shared);
        lua.set_hook(HookTriggers::new().every_nth_instruction(EVERY), move |_, _| {
            let mut shared = hooked.try_borrow_mut().map_err(|_| mlua::Error::runtime("the run is busy"))?;
            shared.charge(u64::from(EVERY));
            shared.check()?;
            Ok(VmState::Continue)
        })?;
        Ok(Sandbox { lua, shared, enter, script, function: function.map(str::to_owned), limits })
    }

    /// Gives the script its whole allowance anew.
    pub(super) fn restart(&mut self) {
        let mut shared = self.shared.borrow_mut();
        shared.refused = None;
        shared.total = self.limits.total_instructions;
        shared.until = Instant::now() + Duration::from_millis(self.limits.millis);
    }

    /// Runs the script once on `server`.
    pub(super) fn run(&mut self, server: &Server, keys: &[String], args: &[String]) -> Result<Run, Refused> {
        {
            let mut shared = self.shared.borrow_mut();
            shared.server = server.clone();
            shared.log = Vec::new();
            shared.decoded = false;
            shared.steps = self.limits.instructions;
            shared.commands = self.limits.commands;
            shared.charge(u64::from(EVERY));
            shared.check()?;
        }
        let keys = self.lua.create_sequence_from(keys.iter().map(String::as_str))?;
        let args = self.lua.create_sequence_from(args.iter().map(String::as_str))?;
        let out: mlua::Result<(bool, Value)> = self.enter.call((&self.script, keys, args, self.function.as_deref()));
        let mut shared = self.shared.borrow_mut();
        if let Some(why) = &shared.refused {
            return Err(Refused(why.clone()));
        }
        let (ok, value) = out?;
        let reply = if ok { reply(&value, 0) } else { raised(&value) };
        Ok(Run {
            reply,
            raised: !ok,
            server: std::mem::take(&mut shared.server),
            log: std::mem::take(&mut shared.log),
            decoded: shared.decoded,
        })
    }
}

/// The functions that `prelude.lua` builds on.
fn host(lua: &Lua, shared: &Rc<RefCell<Shared>>) -> mlua::Result<Table> {
    let host = lua.create_table()?;
    let with = Rc::clone(shared);
    host.set(
        "call",
        lua.create_function(move |lua, words: MultiValue| {
            let reply = command(&with, &words)?;
            to_lua(lua, &reply)
        })?,
    )?;
    let with = Rc::clone(shared);
    host.set(
        "charge",
        lua.create_function(move |_, steps: f64| {
            let mut shared = with.borrow_mut();
            // Saturates; a size that is not a number is as bad as can be.
            shared.charge(if steps.is_nan() { u64::MAX } else { steps as u64 });
            shared.check()
        })?,
    )?;
    let with = Rc::clone(shared);
    host.set("ended", lua.create_function(move |_, ()| Ok(with.borrow().refused.is_some()))?)?;
    let with = Rc::clone(shared);
    host.set(
        "refuse",
        lua.create_function(move |_, why: String| {
            let mut shared = with.borrow_mut();
            shared.refuse(&why);
            shared.check()
        })?,
    )?;
    let with = Rc::clone(shared);
    host.set(
        "decode",
        lua.create_function(move |lua, text: mlua::LuaString| {
            {
                let mut shared = with.borrow_mut();
                shared.decoded = true;
                shared.charge(u64::try_from(text.as_bytes().len()).unwrap_or(u64::MAX));
                shared.check()?;
            }
            cjson::decode(lua, &text.as_bytes())
        })?,
    )?;
    host.set("encode", lua.create_function(|_, value: Value| cjson::encode(&value))?)?;
    host.set("null", Value::NULL)?;
    host.set("sha1hex", lua.create_function(|_, text: mlua::LuaString| Ok(sha1::hex(&text.as_bytes())))?)?;
    host.set("bit", bits(lua)?)?;
    Ok(host)
}

/// LuaBitOp's common functions on 32-bit numbers.
fn bits(lua: &Lua) -> mlua::Result<Table> {
    fn bits_of(number: f64) -> u32 {
        (number.rem_euclid(4_294_967_296.0)) as u32
    }
    fn signed(bits: u32) -> f64 {
        f64::from(bits.cast_signed())
    }
    let table = lua.create_table()?;
    type Op = fn(u32, u32) -> u32;
    let binary: [(&str, Op); 6] = [
        ("band", |a, b| a & b),
        ("bor", |a, b| a | b),
        ("bxor", |a, b| a ^ b),
        ("lshift", |a, b| a.wrapping_shl(b)),
        ("rshift", |a, b| a.wrapping_shr(b)),
        ("arshift", |a, b| a.cast_signed().wrapping_shr(b).cast_unsigned()),
    ];
    for (name, op) in binary {
        let f = lua.create_function(move |_, (a, b): (f64, f64)| Ok(signed(op(bits_of(a), bits_of(b)))))?;
        table.set(name, f)?;
    }
    table.set("bnot", lua.create_function(|_, a: f64| Ok(signed(!bits_of(a))))?)?;
    table.set("tobit", lua.create_function(|_, a: f64| Ok(signed(bits_of(a))))?)?;
    Ok(table)
}

/// `redis.call` without the raising: sends one command to the model.
fn command(with: &Rc<RefCell<Shared>>, words: &MultiValue) -> mlua::Result<RespReply> {
    let mut command = Vec::new();
    for word in words {
        command.push(match word {
            Value::String(text) => text.as_bytes().to_vec(),
            Value::Integer(n) => n.to_string().into_bytes(),
            Value::Number(n) => number(*n).into_bytes(),
            _ => {
                let text = "ERR Lua redis lib command arguments must be strings or integers";
                return Ok(RespReply::Error(text.to_owned()));
            }
        });
    }
    if command.is_empty() {
        let text = "ERR Please specify at least one argument for this redis.call/pcall call";
        return Ok(RespReply::Error(text.to_owned()));
    }
    let mut shared = with.borrow_mut();
    let size: usize = command.iter().map(Vec::len).sum();
    shared.charge(u64::try_from(size / 16 + 10).unwrap_or(u64::MAX));
    if shared.commands == 0 {
        shared.refuse("sends too many commands");
    }
    shared.commands = shared.commands.saturating_sub(1);
    shared.check()?;
    let reply = shared.server.apply(&command);
    shared.log.push(command);
    match reply {
        Ok(reply) => Ok(reply),
        Err(error) => {
            shared.refuse(&format!("uses {}, which the model of Redis lacks", error.0));
            shared.check()?;
            Ok(RespReply::Nil)
        }
    }
}

/// A Lua number as a command word.
fn number(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < 1e17 { format!("{n:.0}") } else { n.to_string() }
}

/// Source: "Redis Lua API reference", data type conversion, RESP2 to Lua.
fn to_lua(lua: &Lua, reply: &RespReply) -> mlua::Result<Value> {
    Ok(match reply {
        // Lua 5.1 numbers are doubles.
        RespReply::Int(n) => Value::Number(*n as f64),
        RespReply::Bulk(text) => Value::String(lua.create_string(text)?),
        RespReply::Nil => Value::Boolean(false),
        RespReply::Status(text) => {
            let table = lua.create_table()?;
            table.raw_set("ok", text.as_str())?;
            Value::Table(table)
        }
        RespReply::Error(text) => {
            let table = lua.create_table()?;
            table.raw_set("err", text.as_str())?;
            Value::Table(table)
        }
        RespReply::Array(all) => {
            let table = lua.create_table()?;
            for (at, one) in all.iter().enumerate() {
                table.raw_set(at + 1, to_lua(lua, one)?)?;
            }
            Value::Table(table)
        }
    })
}

/// Source: the same page, Lua to RESP2.
fn reply(value: &Value, depth: usize) -> RespReply {
    match value {
        Value::Boolean(true) => RespReply::Int(1),
        Value::Integer(n) => RespReply::Int(*n),
        // Fractions are cut off.
        Value::Number(n) => RespReply::Int(*n as i64),
        Value::String(text) => RespReply::Bulk(text.as_bytes().to_vec()),
        Value::Table(table) => {
            let text = |name: &str| match table.raw_get::<Value>(name) {
                Ok(Value::String(text)) => Some(text.to_string_lossy()),
                _ => None,
            };
            if let Some(error) = text("err") {
                return RespReply::Error(error);
            }
            if let Some(status) = text("ok") {
                return RespReply::Status(status);
            }
            let mut all = Vec::new();
            while depth < 8 && all.len() < 10_000 {
                match table.raw_get::<Value>(all.len() + 1) {
                    Ok(Value::Nil) | Err(_) => break,
                    Ok(one) => all.push(reply(&one, depth + 1)),
                }
            }
            RespReply::Array(all)
        }
        _ => RespReply::Nil,
    }
}

fn raised(value: &Value) -> RespReply {
    match value {
        Value::String(text) => RespReply::Error(text.to_string_lossy()),
        Value::Table(_) => match reply(value, 0) {
            RespReply::Error(text) => RespReply::Error(text),
            _ => RespReply::Error("ERR unknown error".to_owned()),
        },
        Value::Error(error) => RespReply::Error(Refused::from((**error).clone()).0),
        _ => RespReply::Error("ERR unknown error".to_owned()),
    }
}
