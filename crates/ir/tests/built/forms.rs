//! A module with every form there is: `fixtures/ir/every-form.lir`.

use super::{function, global, local, named, none, param, stmt, value};
use dogpile_ir::*;
use dogpile_source::FileId;

fn text(s: &str) -> Value {
    value(ValueKind::Lit(Lit::Str(s.into())))
}

fn int(n: i128) -> Value {
    value(ValueKind::Lit(Lit::int(n)))
}

fn item(name: &str) -> Value {
    value(ValueKind::Global(name.into()))
}

fn field(base: Value, name: &str) -> Value {
    value(ValueKind::Field(Box::new(base), name.into()))
}

fn binary(op: BinaryOp, a: Value, b: Value) -> Value {
    value(ValueKind::Binary(op, Box::new(a), Box::new(b)))
}

fn run(targets: Vec<Place>, value: Rvalue) -> Stmt {
    stmt(StmtKind::Let { targets, value })
}

fn call(callee: Callee, args: Vec<Value>) -> Rvalue {
    Rvalue::Call(Call { callee, args, spread: false, awaited: true, span: none(), name_span: none() })
}

fn method(receiver: Value, name: &str, args: Vec<Value>) -> Rvalue {
    call(Callee::Method { receiver: Box::new(receiver), name: name.into() }, args)
}

fn proc(name: &str, args: Vec<Value>) -> Stmt {
    run(vec![], call(Callee::Named(name.into()), args))
}

pub(crate) fn every_form() -> Module {
    let mut b = Builder::new(FileId(0), Lang::Go, "example.com/app".into());
    b.module.imports.push(Import { name: "redis".into(), path: "github.com/redis/go-redis/v9".into(), span: none() });
    b.problem(none(), "line 3: a \"}\" is missing");
    declarations(&mut b);
    b.module.functions = vec![
        function("example.com/app.Rebuild", FunctionKind::Plain, vec![]),
        function("example.com/app.Locker.Unlock", FunctionKind::Method, vec![]),
        function("example.com/app.Rebuild.func1", FunctionKind::Closure { parent: Some(FuncId(0)) }, vec![]),
        function("example.com/app.init", FunctionKind::Plain, vec![]),
        function("example.com/app.init", FunctionKind::Plain, vec![]),
        function("example.com/app.init.func1", FunctionKind::Closure { parent: Some(FuncId(4)) }, vec![]),
        function("example.com/app.jitter.func1", FunctionKind::Closure { parent: None }, vec![]),
        Function { body: None, ..function("example.com/app.native", FunctionKind::Plain, vec![]) },
    ];
    rebuild(&mut b);
    unlock(&mut b);
    let hoisted = b.temp(none(), None);
    b.module.globals.push(Global {
        ty: named("time.Duration"),
        ..global(
            "example.com/app.jitter",
            vec![run(vec![Place::Local(hoisted)], call(Callee::Named("example.com/app.seed".into()), vec![]))],
            Some(value(ValueKind::Closure(FuncId(6)))),
        )
    });
    b.module.functions[6].body = Some(vec![stmt(StmtKind::Return { values: vec![local(hoisted)] })]);
    let rest = b.local("rest", Type::List(Box::new(Type::Unknown)), none(), Some(FuncId(7)));
    let native = &mut b.module.functions[7];
    native.params = vec![param(rest, "rest", Type::List(Box::new(Type::Unknown)))];
    native.variadic = true;
    b.module
}

fn declarations(b: &mut Builder) {
    let decl = |name: &str, kind| TypeDecl { name: name.into(), kind, span: none() };
    let part = |name: &str, ty, embedded| Field { name: name.into(), ty, embedded, span: none() };
    let maps = Type::Map(Box::new(named("string")), Box::new(Type::List(Box::new(named("int")))));
    b.module.types = vec![
        decl(
            "example.com/app.Locker",
            TypeKind::Struct(vec![
                part("Mutex", named("sync.Mutex"), true),
                part("byKey", maps, false),
                part("done", Type::Chan(Box::new(named("bool"))), false),
                part("0", Type::Unknown, false),
            ]),
        ),
        decl(
            "example.com/app.Store",
            TypeKind::Interface {
                methods: vec![("Get".into(), vec![named("string")], vec![named("string"), named("error")])],
                embeds: vec![named("io.Closer")],
            },
        ),
        decl(
            "example.com/app.Work",
            TypeKind::Alias(Type::function(
                vec![named("context.Context")],
                vec![Type::Tuple(vec![named("int"), Type::Unknown])],
            )),
        ),
    ];
    b.module.globals = vec![
        Global { constant: true, ..global("example.com/app.ttl", vec![], Some(int(30))) },
        Global {
            embeds: Some("unlock.lua".into()),
            ty: named("string"),
            ..global("example.com/app.unlock", vec![], None)
        },
    ];
}

fn rebuild(b: &mut Builder) {
    let own = Some(FuncId(0));
    let ctx = b.local("ctx", named("context.Context"), none(), own);
    let opts = b.local("", named("example.com/app.Options"), none(), own);
    let rdb = b.local("rdb", named("github.com/redis/go-redis/v9.Client"), none(), own);
    let token = b.local("token", named("string"), none(), own);
    let (reply, err, shadow) =
        (b.temp(none(), own), b.local("err", Type::Unknown, none(), own), b.local("err", Type::Unknown, none(), own));
    let inner = b.local("ctx", Type::Unknown, none(), Some(FuncId(2)));
    let key = || text("lock:\n\"report\"");
    let plain = |id| Place::Local(id);
    let mut body = vec![
        run(vec![plain(token)], Rvalue::Use(value(ValueKind::Concat(vec![text("t-"), item("example.com/app.host")])))),
        run(
            vec![plain(reply)],
            method(local(rdb), "SetNX", vec![local(ctx), key(), local(token), int(10_000_000_000)]),
        ),
        run(vec![Place::Blank, plain(err)], method(local(reply), "Result", vec![])),
        stmt(StmtKind::If {
            cond: binary(BinaryOp::Ne, local(err), value(ValueKind::Lit(Lit::Nil))),
            then: vec![
                run(vec![plain(shadow)], Rvalue::Use(local(err))),
                stmt(StmtKind::Return { values: vec![local(shadow)] }),
            ],
            otherwise: vec![stmt(StmtKind::Return { values: vec![] })],
        }),
        stmt(StmtKind::Defer { body: vec![run(vec![], method(local(rdb), "Del", vec![local(ctx), key()]))] }),
        stmt(StmtKind::Spawn { body: vec![proc("time.Sleep", vec![int(5)])], handle: None }),
        stmt(StmtKind::Spawn { body: vec![], handle: Some(reply) }),
        stmt(StmtKind::Scope { owns: vec![token, rdb], body: vec![] }),
        stmt(StmtKind::Scope { owns: vec![], body: vec![] }),
        stmt(StmtKind::Opaque {
            why: "goto".into(),
            may_call: true,
            may_exit: true,
            reads: vec![ctx],
            writes: vec![err, token],
        }),
        stmt(StmtKind::Opaque { why: "asm".into(), may_call: true, may_exit: false, reads: vec![], writes: vec![] }),
    ];
    body.extend(jumps(b, ctx, err));
    body.extend(computed(local(opts), local(err), local(reply)));
    body.extend(pure(local(opts)));
    b.module.functions[2].body =
        Some(vec![run(vec![plain(inner)], Rvalue::Use(local(ctx))), stmt(StmtKind::Raise { value: local(inner) })]);
    let rebuild = &mut b.module.functions[0];
    rebuild.params = vec![
        param(ctx, "ctx", named("context.Context")),
        param(opts, "opts", named("example.com/app.Options")),
        param(rdb, "rdb", named("github.com/redis/go-redis/v9.Client")),
    ];
    (rebuild.results, rebuild.is_async, rebuild.body) = (vec![named("error")], true, Some(body));
}

fn jumps(b: &mut Builder, ctx: LocalId, err: LocalId) -> Vec<Stmt> {
    let labels: Vec<LabelId> = (0..6).map(|_| b.label()).collect();
    let (target, label) = (|i: usize| labels[i], |i: usize, kind| (labels[i], kind));
    let looping =
        |(label, kind), header, cond, body, post| stmt(StmtKind::Loop { label, kind, header, cond, body, post });
    let done = || field(local(ctx), "done");
    let truth = |t| value(ValueKind::Lit(Lit::Bool(t)));
    let arm = |comm, body| Arm { comm, body, span: none() };
    let arms = vec![
        arm(
            Comm::Receive { from: done(), targets: vec![Place::Local(err), Place::Blank] },
            vec![stmt(StmtKind::Break(target(5)))],
        ),
        arm(Comm::Receive { from: done(), targets: vec![] }, vec![]),
        arm(Comm::Send { to: done(), value: truth(true) }, vec![stmt(StmtKind::Continue(target(0)))]),
        arm(Comm::Default, vec![]),
    ];
    let case = |guards, falls_through| Case { guards, body: vec![proc("example.com/app.log", vec![])], falls_through };
    let cases = vec![
        case(vec![binary(BinaryOp::Eq, local(err), int(1)), truth(false)], true),
        case(vec![], false),
        case(vec![], true),
    ];
    vec![
        looping(
            label(0, LoopKind::Forever),
            vec![],
            None,
            vec![stmt(StmtKind::Choose { label: target(5), arms })],
            vec![],
        ),
        looping(
            label(1, LoopKind::While),
            vec![proc("example.com/app.poll", vec![])],
            Some(Box::new(truth(true))),
            vec![stmt(StmtKind::Break(target(1)))],
            vec![],
        ),
        looping(
            label(2, LoopKind::Counted),
            vec![],
            Some(Box::new(truth(true))),
            vec![],
            vec![proc("example.com/app.next", vec![])],
        ),
        looping(label(3, LoopKind::Range { over: Box::new(local(ctx)) }), vec![], None, vec![], vec![]),
        stmt(StmtKind::Switch { label: target(4), cases, default: Some(vec![stmt(StmtKind::Break(target(4)))]) }),
        stmt(StmtKind::Try {
            body: vec![stmt(StmtKind::Raise { value: text("boom") })],
            catch: Some((Some(err), vec![])),
            finally: vec![proc("example.com/app.log", vec![local(err)])],
        }),
        stmt(StmtKind::Try { body: vec![], catch: Some((None, vec![])), finally: vec![] }),
        stmt(StmtKind::Try { body: vec![], catch: None, finally: vec![] }),
    ]
}

fn computed(opts: Value, err: Value, handle: Value) -> Vec<Stmt> {
    let store = |place, rvalue| run(vec![place], rvalue);
    let (o, e) = (|| opts.clone(), || err.clone());
    let spread = Call {
        callee: Callee::Named("builtin.append".into()),
        args: vec![o(), e()],
        spread: true,
        awaited: true,
        span: none(),
        name_span: none(),
    };
    vec![
        run(vec![], Rvalue::Use(o())),
        run(vec![], Rvalue::Await(handle)),
        run(vec![Place::Blank], Rvalue::Race(vec![o(), e()])),
        run(vec![Place::Blank], Rvalue::All(vec![])),
        run(vec![Place::Blank], Rvalue::Receive(field(o(), "done"))),
        run(vec![], Rvalue::Send(Box::new(o()), Box::new(e()))),
        run(vec![Place::Blank, Place::Blank], Rvalue::TypeTest(e(), named("net.Error"))),
        run(vec![Place::Blank], Rvalue::Lookup(Box::new(o()), Box::new(e()))),
        run(vec![], Rvalue::Call(spread)),
        run(vec![], call(Callee::Value(Box::new(o())), vec![])),
        run(vec![], call(Callee::Value(Box::new(field(o(), "hook"))), vec![e()])),
        run(vec![], method(item("example.com/app.rdb"), "Close", vec![])),
        run(vec![], method(text("a,b"), "split", vec![])),
        store(Place::Global("example.com/app.last".into()), Rvalue::Use(e())),
        store(Place::Field(Box::new(o()), "TTL".into()), Rvalue::Use(e())),
        store(Place::Index(Box::new(o()), Box::new(text("k"))), Rvalue::Use(e())),
        store(Place::Deref(Box::new(o())), Rvalue::Use(e())),
    ]
}

fn pure(opts: Value) -> Vec<Stmt> {
    use BinaryOp::{Add, And, Bits, Coalesce, Div, Ge, Gt, Le, Lt, Mul, Or, Rem, Sub};
    let o = || opts.clone();
    let mut kinds = vec![
        ValueKind::Lit(Lit::Float(-1.5)),
        ValueKind::Lit(Lit::Float(f64::INFINITY)),
        ValueKind::Lit(Lit::Float(f64::NEG_INFINITY)),
        ValueKind::Lit(Lit::Float(1e300)),
        ValueKind::Lit(Lit::int(i128::MIN)),
        ValueKind::Global("nil".into()),
        ValueKind::Global("node:fs.read file".into()),
        ValueKind::Field(Box::new(item("example.com/app.cfg")), "0".into()),
        ValueKind::Index(Box::new(field(o(), "locks")), Box::new(int(-1))),
        ValueKind::Slice(Box::new(text("abc"))),
        ValueKind::Not(Box::new(o())),
        ValueKind::Neg(Box::new(o())),
        ValueKind::Closure(FuncId(2)),
        ValueKind::Convert(Type::function(vec![], vec![named("int")]), Box::new(o())),
        ValueKind::Opaque("yield".into()),
        ValueKind::Aggregate { ty: Type::Unknown, fields: vec![] },
        ValueKind::Aggregate {
            ty: named("example.com/app.Options"),
            fields: vec![
                FieldInit::Named("TTL".into(), int(1)),
                FieldInit::Keyed(Box::new(text("k")), int(2)),
                FieldInit::Item(item("example.com/app.x")),
                FieldInit::Spread(o()),
            ],
        },
    ];
    kinds.extend(
        [Lt, Le, Gt, Ge, And, Or, Add, Sub, Mul, Div, Rem, Bits, Coalesce].map(|op| binary(op, o(), int(0)).kind),
    );
    kinds.into_iter().map(|kind| run(vec![Place::Blank], Rvalue::Use(value(kind)))).collect()
}

fn unlock(b: &mut Builder) {
    let own = Some(FuncId(1));
    let locker = b.local("l", named("example.com/app.Locker"), none(), own);
    let (n, err) = (b.local("n", named("int"), none(), own), b.local("err", named("error"), none(), own));
    let unlock = &mut b.module.functions[1];
    unlock.receiver = Some(param(locker, "l", named("example.com/app.Locker")));
    unlock.results = vec![named("int"), named("error")];
    unlock.named_results = vec![n, err];
    unlock.body = Some(vec![stmt(StmtKind::Return { values: vec![local(n), local(err)] })]);
    let second = Some(vec![run(vec![Place::Blank], Rvalue::Use(value(ValueKind::Closure(FuncId(5)))))]);
    b.module.functions[4].body = second;
}
