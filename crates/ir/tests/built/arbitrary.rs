//! Any module at all, sensible or not.

use super::{none, stmt, value};
use dogpile_ir::*;
use dogpile_source::FileId;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const NAMES: &[&str] =
    &["x", "err", "err", "", "1", "a.b", "x.2", "if", "é", "`q\\", "new\nline", "$v", "_", "a b", "%"];
const ITEMS: &[&str] = &[
    "example.com/app.F",
    "example.com/app.F",
    "nil",
    "std::mem::take",
    "@scope/pkg.f",
    "@1/pkg",
    "a:",
    "a::",
    "",
    "a b",
    ".x",
    "call",
    "f#2",
    "node:fs.read",
    "_",
    "x",
    "-1",
    "\u{2028}`",
    "//c",
    "x@1:2",
];

fn name() -> impl Strategy<Value = Name> {
    select(NAMES).prop_map(Name::from)
}

fn item() -> impl Strategy<Value = QualName> {
    select(ITEMS).prop_map(QualName::from)
}

fn local() -> impl Strategy<Value = LocalId> {
    (0..9_u32).prop_map(LocalId)
}

fn func() -> impl Strategy<Value = FuncId> {
    (0..6_u32).prop_map(FuncId)
}

fn label() -> impl Strategy<Value = LabelId> {
    (0..4_u32).prop_map(LabelId)
}

fn text() -> impl Strategy<Value = std::sync::Arc<str>> {
    any::<String>().prop_map(Into::into)
}

fn ty() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::Unknown), item().prop_map(Type::Named)];
    leaf.prop_recursive(3, 8, 3, |ty| {
        prop_oneof![
            ty.clone().prop_map(|t| Type::List(Box::new(t))),
            ty.clone().prop_map(|t| Type::Chan(Box::new(t))),
            (ty.clone(), ty.clone()).prop_map(|(k, v)| Type::Map(Box::new(k), Box::new(v))),
            (vec(ty.clone(), 0..3), vec(ty.clone(), 0..3)).prop_map(|(p, r)| Type::function(p, r)),
            vec(ty, 0..3).prop_map(Type::Tuple),
        ]
    })
}

fn binary() -> impl Strategy<Value = BinaryOp> {
    use BinaryOp::*;
    select(vec![Eq, Ne, Lt, Le, Gt, Ge, And, Or, Add, Sub, Mul, Div, Rem, Bits, Coalesce])
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(ValueKind::Lit(Lit::Nil)),
        any::<bool>().prop_map(|b| ValueKind::Lit(Lit::Bool(b))),
        any::<i128>().prop_map(|n| ValueKind::Lit(Lit::int(n))),
        proptest::num::f64::ANY.prop_map(|n| ValueKind::Lit(Lit::Float(n))),
        text().prop_map(|s| ValueKind::Lit(Lit::Str(s))),
        text().prop_map(ValueKind::Opaque),
        local().prop_map(ValueKind::Local),
        item().prop_map(ValueKind::Global),
        func().prop_map(ValueKind::Closure),
    ]
    .prop_map(value);
    leaf.prop_recursive(3, 12, 3, |v| {
        let boxed = v.clone().prop_map(Box::new).boxed();
        let fields = prop_oneof![
            (name(), v.clone()).prop_map(|(n, v)| FieldInit::Named(n, v)),
            (v.clone(), v.clone()).prop_map(|(k, v)| FieldInit::Keyed(Box::new(k), v)),
            v.clone().prop_map(FieldInit::Item),
            v.clone().prop_map(FieldInit::Spread),
        ];
        prop_oneof![
            (boxed.clone(), name()).prop_map(|(b, n)| ValueKind::Field(b, n)),
            (boxed.clone(), boxed.clone()).prop_map(|(b, i)| ValueKind::Index(b, i)),
            boxed.clone().prop_map(ValueKind::Slice),
            boxed.clone().prop_map(ValueKind::Not),
            boxed.clone().prop_map(ValueKind::Neg),
            (binary(), boxed.clone(), boxed.clone()).prop_map(|(op, a, b)| ValueKind::Binary(op, a, b)),
            vec(v, 0..3).prop_map(ValueKind::Concat),
            (ty(), vec(fields, 0..3)).prop_map(|(ty, fields)| ValueKind::Aggregate { ty, fields }),
            (ty(), boxed).prop_map(|(ty, v)| ValueKind::Convert(ty, v)),
        ]
        .prop_map(value)
    })
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        Just(Place::Blank),
        local().prop_map(Place::Local),
        item().prop_map(Place::Global),
        (values(), name()).prop_map(|(v, n)| Place::Field(Box::new(v), n)),
        (values(), values()).prop_map(|(v, i)| Place::Index(Box::new(v), Box::new(i))),
        values().prop_map(|v| Place::Deref(Box::new(v))),
    ]
}

fn rvalue() -> impl Strategy<Value = Rvalue> {
    let callee = prop_oneof![
        item().prop_map(Callee::Named),
        (values(), name()).prop_map(|(v, name)| Callee::Method { receiver: Box::new(v), name }),
        values().prop_map(|v| Callee::Value(Box::new(v))),
    ];
    prop_oneof![
        values().prop_map(Rvalue::Use),
        (callee, vec(values(), 0..3), any::<bool>()).prop_map(|(callee, args, spread)| Rvalue::Call(Call {
            callee,
            args,
            spread,
            awaited: true,
            span: none(),
            name_span: none()
        })),
        values().prop_map(Rvalue::Await),
        vec(values(), 0..3).prop_map(Rvalue::Race),
        vec(values(), 0..3).prop_map(Rvalue::All),
        values().prop_map(Rvalue::Receive),
        (values(), values()).prop_map(|(a, b)| Rvalue::Send(Box::new(a), Box::new(b))),
        (values(), ty()).prop_map(|(v, t)| Rvalue::TypeTest(v, t)),
        (values(), values()).prop_map(|(a, b)| Rvalue::Lookup(Box::new(a), Box::new(b))),
    ]
}

fn stmts() -> impl Strategy<Value = Stmt> {
    let locals = || vec(local(), 0..3);
    let leaf = prop_oneof![
        4 => (vec(place(), 0..3), rvalue()).prop_map(|(targets, value)| StmtKind::Let { targets, value }),
        1 => vec(values(), 0..3).prop_map(|values| StmtKind::Return { values }),
        1 => values().prop_map(|value| StmtKind::Raise { value }),
        1 => label().prop_map(StmtKind::Break),
        1 => label().prop_map(StmtKind::Continue),
        1 => (text(), any::<bool>(), any::<bool>(), locals(), locals())
            .prop_map(|(why, may_call, may_exit, reads, writes)| StmtKind::Opaque { why, may_call, may_exit, reads, writes }),
    ]
    .prop_map(stmt)
    .boxed();
    leaf.prop_recursive(3, 12, 3, move |s| {
        let block = vec(s, 0..3).boxed();
        let kind = prop_oneof![
            Just(LoopKind::While),
            Just(LoopKind::Forever),
            Just(LoopKind::Counted),
            values().prop_map(|over| LoopKind::Range { over: Box::new(over) }),
        ];
        let comm = prop_oneof![
            Just(Comm::Default),
            (values(), vec(place(), 0..3)).prop_map(|(from, targets)| Comm::Receive { from, targets }),
            (values(), values()).prop_map(|(to, value)| Comm::Send { to, value }),
        ];
        let case = (vec(values(), 0..3), block.clone(), any::<bool>()).prop_map(|(guards, body, falls_through)| Case {
            guards,
            body,
            falls_through,
        });
        let arm = (comm, block.clone()).prop_map(|(comm, body)| Arm { comm, body, span: none() });
        let parts = (block.clone(), option::of(values()), block.clone(), block.clone());
        prop_oneof![
            (values(), block.clone(), block.clone()).prop_map(|(cond, then, otherwise)| StmtKind::If {
                cond,
                then,
                otherwise
            }),
            (label(), kind, parts).prop_map(|(label, kind, (header, cond, body, post))| StmtKind::Loop {
                label,
                kind,
                header,
                cond: cond.map(Box::new),
                body,
                post
            }),
            (label(), vec(case, 0..3), option::of(block.clone()))
                .prop_map(|(label, cases, default)| StmtKind::Switch { label, cases, default }),
            (label(), vec(arm, 0..3)).prop_map(|(label, arms)| StmtKind::Choose { label, arms }),
            (block.clone(), option::of((option::of(local()), block.clone())), block.clone())
                .prop_map(|(body, catch, finally)| StmtKind::Try { body, catch, finally }),
            block.clone().prop_map(|body| StmtKind::Defer { body }),
            (block.clone(), option::of(local())).prop_map(|(body, handle)| StmtKind::Spawn { body, handle }),
            (vec(local(), 0..3), block).prop_map(|(owns, body)| StmtKind::Scope { owns, body }),
        ]
        .prop_map(stmt)
    })
}

fn functions() -> impl Strategy<Value = Function> {
    let param = || (local(), name(), ty()).prop_map(|(local, name, ty)| Param { local, name, ty });
    let kind = prop_oneof![
        Just(FunctionKind::Plain),
        Just(FunctionKind::Method),
        option::of(func()).prop_map(|parent| FunctionKind::Closure { parent }),
    ];
    let head = (item(), kind, option::of(param()), vec(param(), 0..3), any::<(bool, bool)>());
    (head, vec(ty(), 0..3), vec(local(), 0..3), option::of(vec(stmts(), 0..4))).prop_map(
        |((name, kind, receiver, params, (variadic, is_async)), results, named_results, body)| Function {
            name,
            kind,
            receiver,
            params,
            variadic,
            results,
            named_results,
            body,
            is_async,
            span: none(),
            name_span: none(),
        },
    )
}

fn globals() -> impl Strategy<Value = Global> {
    (item(), ty(), any::<bool>(), vec(stmts(), 0..2), option::of(values()), option::of(text())).prop_map(
        |(name, ty, constant, init, value, embeds)| Global { name, ty, constant, init, value, embeds, span: none() },
    )
}

fn types() -> impl Strategy<Value = TypeDecl> {
    let field =
        (name(), ty(), any::<bool>()).prop_map(|(name, ty, embedded)| Field { name, ty, embedded, span: none() });
    let kind = prop_oneof![
        ty().prop_map(TypeKind::Alias),
        vec(field, 0..3).prop_map(TypeKind::Struct),
        (vec((name(), vec(ty(), 0..2), vec(ty(), 0..2)), 0..2), vec(ty(), 0..2))
            .prop_map(|(methods, embeds)| TypeKind::Interface { methods, embeds }),
    ];
    (item(), kind).prop_map(|(name, kind)| TypeDecl { name, kind, span: none() })
}

/// Modules whose ids and names need not make sense.
pub(crate) fn modules() -> impl Strategy<Value = Module> {
    let locals = vec((name(), ty(), option::of(func())), 0..7);
    let import = (name(), item()).prop_map(|(name, path)| Import { name, path, span: none() });
    let lang = select(vec![Lang::Go, Lang::TypeScript, Lang::Rust]);
    let head = (item(), vec(import, 0..2), lang, vec(any::<String>(), 0..2));
    (head, locals, vec(functions(), 0..5), vec(globals(), 0..3), vec(types(), 0..3)).prop_map(
        |((package, imports, lang, problems), locals, functions, globals, types)| {
            let mut module = Builder::new(FileId(0), lang, package).module;
            (module.imports, module.functions, module.globals, module.types) = (imports, functions, globals, types);
            module.problems = problems.into_iter().map(|message| Problem { span: none(), message }).collect();
            module.locals = locals
                .into_iter()
                .map(|(name, ty, owner)| Local { name, ty, span: none(), owner, drops: false })
                .collect();
            module
        },
    )
}
