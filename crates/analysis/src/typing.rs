//! Static types, as far as declarations tell: the first evidence of what a receiver is.

mod target;

pub(crate) use target::{Evidence, Target, called_row};

use crate::asked::{About, Answers, note};
use crate::missed;
use crate::program::Program;
use crate::shown::Shown;
use crate::walk::each_stmt;
use dogpile_ir::{Call, Callee, FieldInit, LocalId, Module, Place, Rvalue, StmtKind, Type, Value, ValueKind};
use dogpile_models::{Does, Role, Row};
use rustc_hash::{FxHashMap as HashMap, FxHashSet};
use std::sync::Arc;

/// When something was inferred: round and module. In each round modules come in their order.
pub(crate) type Stamp = (u8, u32);

/// Types of locals and unresolved globals, inferred once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typing {
    /// By module, with the round.
    pub(crate) locals: Vec<Arc<HashMap<LocalId, (Type, u8)>>>,
    /// Globals and fields recognised as clients by a distinctive call on them.
    pub(crate) by_use: Arc<HashMap<String, (Type, Stamp)>>,
    /// Names of those, as [`crate::missed`] keeps them; some may be gone.
    pub(crate) told: FxHashSet<u64>,
    /// While one module is inferred anew: what came later is not there yet.
    pub(crate) now: Option<Stamp>,
    /// The round that is under way, and its module.
    pub(crate) at: Stamp,
    /// What each module showed when it was inferred.
    pub(crate) last_shown: Vec<Shown>,
}

impl Typing {
    pub(crate) fn infer_module(&mut self, program: &Program<'_>, at: Stamp) {
        self.at = at;
        let m = at.1;
        let module = &program.modules[m as usize];
        let bodies =
            module.functions.iter().filter_map(|f| f.body.as_ref()).chain(module.globals.iter().map(|g| &g.init));
        for body in bodies {
            each_stmt(body, &mut |stmt| match &stmt.kind {
                StmtKind::Let { targets, value } => {
                    self.note_distinctive(program, m, value);
                    self.assign(program, m, targets, value);
                }
                StmtKind::Choose { arms, .. } => {
                    for arm in arms {
                        if let dogpile_ir::Comm::Receive { from, targets } = &arm.comm {
                            self.assign(program, m, targets, &Rvalue::Receive(from.clone()));
                        }
                    }
                }
                _ => {}
            });
        }
    }

    fn is_there(&self, stamp: Stamp) -> bool {
        self.now.is_none_or(|now| stamp <= now)
    }

    fn inferred(&self, m: u32, local: LocalId) -> Option<&Type> {
        let found = self.locals[m as usize].get(&local).filter(|(_, round)| self.is_there((*round, m)));
        if found.is_none() {
            missed::local(m, local);
        }
        found.map(|(ty, _)| ty)
    }

    fn infer_local(&mut self, m: u32, local: LocalId, ty: Type) {
        let round = self.at.0;
        Arc::make_mut(&mut self.locals[m as usize]).entry(local).or_insert((ty, round));
    }

    fn infer_use(&mut self, key: String, ty: Type) {
        let stamp = self.at;
        match self.by_use.get(&key) {
            Some((_, known)) if self.is_there(*known) => {}
            // What another module came to later, it would not have come to.
            _ => {
                self.told.insert(missed::hash(&key));
                Arc::make_mut(&mut self.by_use).insert(key, (ty, stamp));
            }
        }
    }

    fn assign(&mut self, program: &Program<'_>, m: u32, targets: &[Place], value: &Rvalue) {
        let module = &program.modules[m as usize];
        if let ([Place::Field(base, name)], Rvalue::Call(call), dogpile_ir::Lang::TypeScript) =
            (targets, value, module.lang)
        {
            return self.assign_field(program, m, base, name, call);
        }
        let known = &self.locals[m as usize];
        let is_open = |local: &LocalId| module.local(*local).ty == Type::Unknown && !known.contains_key(local);
        // Where a call leads is dear to find out, and most results have a type already or go nowhere.
        if !targets.iter().any(|target| matches!(target, Place::Local(local) if is_open(local))) {
            return;
        }
        let types = self.rvalue_types(program, m, value, 0);
        for (target, ty) in targets.iter().zip(types) {
            if let Place::Local(local) = target
                && ty != Type::Unknown
                && module.local(*local).ty == Type::Unknown
            {
                self.infer_local(m, *local, ty);
            }
        }
    }

    /// `this.lock = createLock(redis)`: a field without a type is what a client's function makes for it.
    fn assign_field(&mut self, program: &Program<'_>, m: u32, base: &Value, name: &str, call: &Call) {
        let Callee::Named(function) = &call.callee else { return };
        let owner = self.value_type(program, m, base, 0);
        let Some(of) = owner.name() else { return };
        let made = program.models.function(&program.canonical(function), call.args.len());
        let Some(row) = made.filter(|_| self.field_of(program, &owner, name) == Type::Unknown) else { return };
        if let Does::Makes { ty, error: false, .. } = &row.call.does {
            self.infer_use(format!("{of}.{name}"), Type::Named(program.models.qualified_type(row.client, ty).into()));
        }
    }

    /// A receiver of unknown type on which a telling call is made is that client's.
    fn note_distinctive(&mut self, program: &Program<'_>, m: u32, value: &Rvalue) {
        let Rvalue::Call(call) = value else { return };
        self.note_handed_on(program, m, call);
        let Call { callee: Callee::Method { receiver, name }, args, .. } = call else { return };
        let module = program.module_at(m);
        if !program.models.is_method(lang(module), name) || self.value_type(program, m, receiver, 0) != Type::Unknown {
            return;
        }
        let told = |call: &Call| match self.told(program, m, call) {
            Some(Target::Model(row, _)) => Some(row),
            _ => None,
        };
        let Some(row) = program.models.distinctive(lang(module), name, args.len()).or_else(|| told(call)) else {
            return;
        };
        let Some(ty) =
            row.call.on.as_deref().map(|on| Type::Named(program.models.qualified_type(row.client, on).into()))
        else {
            return;
        };
        self.note_type(program, m, receiver, ty);
    }

    /// What is handed to a function that uses it as a client is that client.
    fn note_handed_on(&mut self, program: &Program<'_>, m: u32, call: &Call) {
        if program.module_at(m).lang != dogpile_ir::Lang::TypeScript {
            return;
        }
        let unknown = |typing: &Self, arg: &Value| {
            matches!(arg.kind, ValueKind::Local(_) | ValueKind::Field(..) | ValueKind::Global(_))
                && typing.value_type(program, m, arg, 0) == Type::Unknown
        };
        if !call.args.iter().any(|arg| unknown(self, arg)) {
            return;
        }
        let Target::Local(f) = self.target(program, m, call) else { return };
        for (arg, param) in call.args.iter().zip(&program.function(f).params) {
            note(About::Local, &(program.identities.of(f.module), param.local));
            let used = self.inferred(f.module, param.local);
            let client = used.filter(|ty| {
                ty.name().and_then(|name| program.models.type_of(name)).is_some_and(|(_, row)| row.role == Role::Client)
            });
            if let Some(ty) = client.cloned().filter(|_| unknown(self, arg)) {
                self.note_type(program, m, arg, ty);
            }
        }
    }

    fn note_type(&mut self, program: &Program<'_>, m: u32, value: &Value, ty: Type) {
        match &value.kind {
            ValueKind::Local(local) => {
                self.infer_local(m, *local, ty);
            }
            _ => {
                if let Some(key) = self.use_key(program, m, value) {
                    self.infer_use(key, ty);
                }
            }
        }
    }

    fn use_key(&self, program: &Program<'_>, m: u32, value: &Value) -> Option<String> {
        match &value.kind {
            ValueKind::Global(name) => Some(name.to_string()),
            ValueKind::Field(base, name) => match self.value_type(program, m, base, 0).name() {
                Some(owner) => Some(format!("{owner}.{name}")),
                None => client_of(program, m, base, name),
            },
            _ => None,
        }
    }

    pub(crate) fn local_type(&self, program: &Program<'_>, m: u32, local: LocalId) -> Type {
        let declared = &program.module_at(m).local(local).ty;
        if *declared != Type::Unknown {
            return declared.clone();
        }
        note(About::Local, &(program.identities.of(m), local));
        self.inferred(m, local).cloned().unwrap_or_default()
    }

    fn used_as(&self, name: &str) -> Option<Type> {
        note(About::Use, name);
        let found = self.by_use.get(name).filter(|(_, stamp)| self.is_there(*stamp));
        if found.is_none() {
            missed::by_use(name);
        }
        found.map(|(ty, _)| ty.clone())
    }

    /// What was inferred of locals, by module.
    pub(crate) fn answers_of_locals(&self, program: &Program<'_>, m: u32, answers: &mut Answers) {
        let module = program.identities.of(m);
        self.locals[m as usize].iter().for_each(|(local, (ty, _))| answers.add(About::Local, &(module, *local), ty));
    }

    /// What was inferred by use.
    pub(crate) fn answers(&self, answers: &mut Answers) {
        self.by_use.iter().for_each(|(name, (ty, _))| answers.add(About::Use, name.as_str(), ty));
    }

    pub(crate) fn value_type(&self, program: &Program<'_>, m: u32, value: &Value, depth: usize) -> Type {
        if depth > 12 {
            return Type::Unknown;
        }
        match &value.kind {
            ValueKind::Local(local) => self.local_type(program, m, *local),
            ValueKind::Global(name) => self.global_type(program, name, depth + 1),
            ValueKind::Field(base, name) => match self.value_type(program, m, base, depth + 1) {
                Type::Unknown => {
                    client_of(program, m, base, name).and_then(|key| self.used_as(&key)).unwrap_or_default()
                }
                owner => self.field_of(program, &owner, name),
            },
            ValueKind::Index(base, _) => match self.value_type(program, m, base, depth + 1) {
                Type::List(item) | Type::Map(_, item) => *item,
                _ => Type::Unknown,
            },
            ValueKind::Aggregate { ty, .. } | ValueKind::Convert(ty, _) => ty.clone(),
            ValueKind::Closure(id) => {
                let f = program.module_at(m).function(*id);
                Type::function(f.params.iter().map(|p| p.ty.clone()).collect(), f.results.clone())
            }
            ValueKind::Lit(dogpile_ir::Lit::Str(_)) | ValueKind::Concat(_) => Type::Named("string".into()),
            ValueKind::Lit(dogpile_ir::Lit::Bool(_)) | ValueKind::Not(_) => Type::Named("bool".into()),
            ValueKind::Slice(base) | ValueKind::Neg(base) => self.value_type(program, m, base, depth + 1),
            ValueKind::Binary(op, a, b) => self.binary_type(program, m, *op, [a, b], depth),
            _ => Type::Unknown,
        }
    }

    /// `30*time.Second` is a duration, `"a" + b` a string, a comparison a truth value.
    fn binary_type(
        &self,
        program: &Program<'_>,
        m: u32,
        op: dogpile_ir::BinaryOp,
        sides: [&Value; 2],
        depth: usize,
    ) -> Type {
        use dogpile_ir::BinaryOp as B;
        match op {
            B::Add | B::Sub | B::Mul | B::Div | B::Rem => sides
                .iter()
                .map(|v| self.value_type(program, m, v, depth + 1))
                .find(|ty| matches!(ty.name(), Some("time.Duration" | "string")))
                .unwrap_or_default(),
            B::Eq | B::Ne | B::Lt | B::Le | B::Gt | B::Ge | B::And | B::Or => Type::Named("bool".into()),
            _ => Type::Unknown,
        }
    }

    pub(crate) fn field_of(&self, program: &Program<'_>, base: &Type, name: &str) -> Type {
        let Some(owner) = program.resolve_alias(base).name() else { return Type::Unknown };
        match program.field_type(owner, name, 0) {
            Some(Type::Unknown) | None => {
                let used = self.used_as(&format!("{owner}.{name}"));
                used.or_else(|| program.models.field_type(owner, name).map(|ty| Type::Named(ty.into())))
                    .unwrap_or_default()
            }
            Some(ty) => ty.clone(),
        }
    }

    pub(crate) fn global_type(&self, program: &Program<'_>, name: &str, depth: usize) -> Type {
        if let Some(crate::sym::Sym::Int(_, crate::sym::Scale::Duration)) =
            crate::constants::standard(name).filter(|_| name.starts_with("time."))
        {
            return Type::Named("time.Duration".into());
        }
        if let Some((m, global)) = program.global(name) {
            if global.ty != Type::Unknown {
                return global.ty.clone();
            }
            if let Some(value) = &global.value {
                let ty = self.value_type(program, m, value, depth + 1);
                if ty != Type::Unknown {
                    return ty;
                }
            }
        }
        if let Some(f) = program.function_named(name) {
            let f = program.function(f);
            return Type::function(f.params.iter().map(|p| p.ty.clone()).collect(), f.results.clone());
        }
        if let Some(ty) = self.used_as(name) {
            return ty;
        }
        program.models.global_type(&program.canonical(name)).map_or(Type::Unknown, |ty| Type::Named(ty.into()))
    }

    fn rvalue_types(&self, program: &Program<'_>, m: u32, value: &Rvalue, depth: usize) -> Vec<Type> {
        match value {
            Rvalue::Use(value) => vec![self.value_type(program, m, value, depth)],
            Rvalue::TypeTest(_, ty) => vec![ty.clone(), Type::Named("bool".into())],
            Rvalue::Lookup(base, _) => match self.value_type(program, m, base, depth) {
                Type::Map(_, item) => vec![*item, Type::Named("bool".into())],
                _ => vec![],
            },
            Rvalue::Receive(chan) => match self.value_type(program, m, chan, depth) {
                Type::Chan(item) => vec![*item],
                _ => vec![],
            },
            Rvalue::Call(call) => self.call_types(program, m, call),
            _ => vec![],
        }
    }

    fn call_types(&self, program: &Program<'_>, m: u32, call: &Call) -> Vec<Type> {
        if let Callee::Named(name) = &call.callee
            && matches!(&**name, "builtin.new" | "builtin.make")
        {
            return call.args.first().map(|a| vec![self.value_type(program, m, a, 0)]).unwrap_or_default();
        }
        match self.target(program, m, call) {
            Target::Local(f) => program.function(f).results.clone(),
            Target::Dispatch(_) => self.interface_types(program, m, call),
            Target::Model(row, _) => match &row.call.does {
                Does::Makes { ty, .. } => vec![Type::Named(program.models.qualified_type(row.client, ty).into())],
                // Methods that give their object again.
                _ if self.chains(program, m, call) => self.receiver_type(program, m, call).into_iter().collect(),
                Does::Command { reply, .. } | Does::Executes { reply, .. } | Does::Eval { reply, .. } => {
                    let direct = program.models.reply(row.client, reply).is_some_and(|r| !r.direct.is_empty());
                    if direct {
                        vec![]
                    } else {
                        vec![Type::Named(program.models.qualified_type(row.client, reply).into())]
                    }
                }
                Does::MakesCommand { ty: Some(ty), .. }
                | Does::Becomes { ty }
                | Does::Remote { ty: Some(ty), .. }
                | Does::Subscribes { ty: Some(ty), .. } => {
                    vec![Type::Named(program.models.qualified_type(row.client, ty).into())]
                }
                // Each word gives the next value of the chain.
                Does::Pushes { .. } => self.receiver_type(program, m, call).into_iter().collect(),
                Does::Acquire(acquire) => handles(&acquire.won, acquire.handle.as_deref(), program, row),
                Does::Context(context) => handles(&context.gives, context.handle.as_deref(), program, row),
                Does::Value(kind) => {
                    use dogpile_models::ValueKind as V;
                    match kind {
                        V::Clock | V::TimeAdd | V::TimeOfUnix => vec![Type::Named("time.Time".into())],
                        V::Elapsed | V::ParseDuration => vec![Type::Named("time.Duration".into())],
                        // A function of the type that it makes.
                        kind if kind.makes_duration() => owner_of(call).into_iter().collect(),
                        _ => vec![],
                    }
                }
                _ => vec![],
            },
            Target::Unknown(_) => match &call.callee {
                Callee::Value(f) => match self.value_type(program, m, f, 0) {
                    Type::Func(of) => of.1,
                    _ => vec![],
                },
                Callee::Method { receiver, name } => {
                    let ty = self.value_type(program, m, receiver, 0);
                    match self.field_of(program, &ty, name) {
                        Type::Func(of) => of.1,
                        _ if program.module_at(m).lang == dogpile_ir::Lang::Rust && hands_value_on(name) => vec![ty],
                        _ => self.interface_types(program, m, call),
                    }
                }
                Callee::Named(_) => vec![],
            },
        }
    }

    fn receiver_type(&self, program: &Program<'_>, m: u32, call: &Call) -> Option<Type> {
        let Callee::Method { receiver, .. } = &call.callee else { return None };
        Some(self.value_type(program, m, receiver, 0)).filter(|ty| *ty != Type::Unknown)
    }

    /// Whether a call is a method of a modelled type whose methods give it again.
    fn chains(&self, program: &Program<'_>, m: u32, call: &Call) -> bool {
        self.receiver_type(program, m, call)
            .and_then(|ty| program.models.type_of(&program.canonical(ty.name()?)).map(|(_, row)| row.chains))
            .unwrap_or(false)
    }

    fn interface_types(&self, program: &Program<'_>, m: u32, call: &Call) -> Vec<Type> {
        let Callee::Method { receiver, name } = &call.callee else { return vec![] };
        let ty = self.value_type(program, m, receiver, 0);
        program
            .resolve_alias(&ty)
            .name()
            .and_then(|n| program.interface_results(n, name, 0))
            .map(<[Type]>::to_vec)
            .unwrap_or_default()
    }
}

/// Methods of Rust's results, options and cells that give the value inside.
fn hands_value_on(name: &str) -> bool {
    matches!(
        name,
        "map_err"
            | "context"
            | "with_context"
            | "wrap_err"
            | "wrap_err_with"
            | "change_context"
            | "inspect_err"
            | "ok"
            | "ok_or"
            | "ok_or_else"
            | "unwrap"
            | "expect"
            | "unwrap_or_else"
            | "as_mut"
            | "as_deref_mut"
            | "deref"
            | "deref_mut"
            | "by_ref"
            | "borrow_mut"
            | "or_else"
            | "load_full"
    )
}

/// The canonical name that a value is read by.
fn path_of(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::Global(name) => Some(name.to_string()),
        ValueKind::Field(base, name) => Some(format!("{}.{name}", path_of(base)?)),
        _ => None,
    }
}

/// The type whose function is called: `time.Duration` of `time.Duration.from_secs`.
fn owner_of(call: &Call) -> Option<Type> {
    let Callee::Named(name) = &call.callee else { return None };
    Some(Type::Named(name.rsplit_once('.')?.0.into()))
}

/// Whether an option is written at a call: `$3.NX` in `set(key, value, { NX: true })`.
pub(crate) fn writes_option(call: &Call, path: &str) -> bool {
    let Some(dogpile_models::AccessPath { base: dogpile_models::Base::Arg(n), fields }) =
        dogpile_models::AccessPath::parse(path)
    else {
        return false;
    };
    let (Some(arg), Some(option)) = (n.checked_sub(1).and_then(|n| call.args.get(n)), fields.first()) else {
        return false;
    };
    match &arg.kind {
        ValueKind::Aggregate { fields, .. } => {
            fields.iter().any(|f| matches!(f, FieldInit::Named(name, _) if **name == **option))
        }
        _ => false,
    }
}

pub(crate) fn lang(module: &Module) -> &'static str {
    match module.lang {
        dogpile_ir::Lang::Go => "go",
        dogpile_ir::Lang::TypeScript => "typescript",
        dogpile_ir::Lang::Rust => "rust",
    }
}

/// Fields of an aggregate by name, positional ones by the declared order.
pub(crate) fn named_fields<'v>(
    program: &Program<'_>,
    ty: &Type,
    fields: &'v [FieldInit],
) -> Vec<(Arc<str>, &'v Value)> {
    let declared: Vec<Arc<str>> = match ty.name().and_then(|n| program.type_decl(n)).map(|d| &d.kind) {
        Some(dogpile_ir::TypeKind::Struct(fields)) => fields.iter().map(|f| f.name.clone()).collect(),
        _ => vec![],
    };
    fields
        .iter()
        .enumerate()
        .filter_map(|(i, f)| match f {
            FieldInit::Named(name, value) => Some((name.clone(), value)),
            FieldInit::Item(value) => declared.get(i).map(|n| (n.clone(), value)),
            FieldInit::Keyed(..) | FieldInit::Spread(_) => None,
        })
        .collect()
}

/// What a client is kept under by its use where its owner has no type: `app.redis` of a framework, `ctx.cache` of a request.
/// Only names of clients are asked for: most fields of unknown objects hold none, and asking costs.
fn client_of(program: &Program<'_>, m: u32, owner: &Value, name: &str) -> Option<String> {
    if program.module_at(m).lang != dogpile_ir::Lang::TypeScript || !dogpile_models::says_client(name) {
        return None;
    }
    path_from(program, m, owner).map(|path| format!("{path}.{name}"))
}

fn path_from(program: &Program<'_>, m: u32, value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::Local(local) => Some(format!("{}#{}", program.identities.of(m), local.0)),
        ValueKind::Global(name) => Some(name.to_string()),
        ValueKind::Field(base, name) => path_from(program, m, base).map(|path| format!("{path}.{name}")),
        _ => None,
    }
}

/// Types of what a call gives, as far as it gives handles.
fn handles(words: &[String], handle: Option<&str>, program: &Program<'_>, row: Row<'_>) -> Vec<Type> {
    let ty = |word: &String| match handle.filter(|_| word == "handle") {
        Some(ty) => Type::Named(program.models.qualified_type(row.client, ty).into()),
        None => Type::Unknown,
    };
    words.iter().map(ty).collect()
}
