//! Each promise that a front end can break is noticed, and what only looks broken is not.
#![allow(clippy::unwrap_used, reason = "tests")]

mod built;

use built::{function, global, local, named, none, param, stmt, value};
use dogpile_ir::*;
use dogpile_source::{FileId, SourceFile, Span};

/// What is wrong with a program in the textual form.
fn wrong(text: &str) -> Vec<String> {
    let module = parse_module(&format!("module a\n{text}"), FileId(0)).unwrap();
    validate(&module).into_iter().map(|v| v.message).collect()
}

/// What is wrong with the body of a function.
fn wrong_in(body: &str) -> Vec<String> {
    wrong(&format!("fn a.f(%x) {{\n{body}\n}}\n"))
}

fn messages(module: &Module) -> Vec<String> {
    validate(module).into_iter().map(|v| v.message).collect()
}

fn module(functions: Vec<Function>, owners: &[Option<FuncId>]) -> Module {
    let mut b = Builder::new(FileId(0), Lang::Go, "a".into());
    for owner in owners {
        b.local("v", Type::Unknown, none(), *owner);
    }
    b.module.functions = functions;
    b.module
}

fn reads(id: u32) -> Vec<Stmt> {
    vec![stmt(StmtKind::Raise { value: local(LocalId(id)) })]
}

const PLAIN: FunctionKind = FunctionKind::Plain;

fn within(parent: u32) -> FunctionKind {
    FunctionKind::Closure { parent: Some(FuncId(parent)) }
}

#[test]
fn locals_must_exist() {
    assert_eq!(messages(&module(vec![function("a.f", PLAIN, reads(0))], &[])), ["local #0 does not exist"]);
    assert_eq!(messages(&module(vec![function("a.f", PLAIN, reads(0))], &[Some(FuncId(0))])), [""; 0]);
}

#[test]
fn locals_are_seen_by_their_function_and_its_closures() {
    let functions = || {
        vec![function("a.f", PLAIN, vec![]), function("a.f.func1", within(0), reads(0)), function("a.g", PLAIN, vec![])]
    };
    assert_eq!(messages(&module(functions(), &[Some(FuncId(0))])), [""; 0]);
    assert_eq!(messages(&module(functions(), &[Some(FuncId(2))])), ["local #0 (v) is used where it cannot be seen"]);
    // A closure's own local is not its parent's.
    let functions = vec![function("a.f", PLAIN, reads(0)), function("a.f.func1", within(0), vec![])];
    assert_eq!(messages(&module(functions, &[Some(FuncId(1))])), ["local #0 (v) is used where it cannot be seen"]);
}

#[test]
fn parameters_targets_and_owned_locals_must_be_seen_too() {
    let foreign = [Some(FuncId(1))];
    let other = || function("a.g", PLAIN, vec![]);
    let expected = ["local #0 (v) is used where it cannot be seen"];
    let mut f = function("a.f", PLAIN, vec![]);
    f.params = vec![param(LocalId(0), "v", named("int"))];
    assert_eq!(messages(&module(vec![f, other()], &foreign)), expected);
    let mut f = function("a.f", PLAIN, vec![]);
    f.named_results = vec![LocalId(0)];
    assert_eq!(messages(&module(vec![f, other()], &foreign)), expected);
    let store =
        StmtKind::Let { targets: vec![Place::Local(LocalId(0))], value: Rvalue::Use(value(ValueKind::Lit(Lit::Nil))) };
    for kind in [store, StmtKind::Scope { owns: vec![LocalId(0)], body: vec![] }] {
        assert_eq!(messages(&module(vec![function("a.f", PLAIN, vec![stmt(kind)]), other()], &foreign)), expected);
    }
}

#[test]
fn locals_of_initialisers_are_seen_by_closures_in_them() {
    let outer = FunctionKind::Closure { parent: None };
    let mut seen =
        module(vec![function("a.x.func1", outer, reads(0)), function("a.x.func1.func1", within(0), reads(0))], &[None]);
    seen.globals = vec![global("a.x", vec![], Some(local(LocalId(0))))];
    assert_eq!(messages(&seen), [""; 0]);
    assert_eq!(
        messages(&module(vec![function("a.f", PLAIN, reads(0))], &[None])),
        ["local #0 (v) is used where it cannot be seen"]
    );
}

#[test]
fn temporaries_are_computed_before_they_are_read() {
    assert_eq!(wrong_in("%1 = call a.g() use %1"), [""; 0]);
    assert_eq!(wrong_in("use %1"), ["temporary #1 is read but never computed"]);
    assert_eq!(wrong_in("use %1 %1 = call a.g()"), ["temporary #1 is read before it is computed"]);
    assert_eq!(wrong_in("%1 = %1"), ["temporary #1 is read before it is computed"]);
    assert_eq!(wrong_in("%1.name = nil"), ["temporary #1 is read but never computed"]);
    assert_eq!(wrong_in("opaque \"?\" reads %1"), ["temporary #1 is read but never computed"]);
    assert_eq!(wrong("global a.x = %1"), ["temporary #0 is read but never computed"]);
    assert_eq!(wrong("global a.x init { %1 = call a.g() } = %1"), [""; 0]);
}

#[test]
fn every_way_to_compute_counts() {
    for before in [
        "opaque \"?\" writes %1",
        "spawn %1 { }",
        "try { } catch %1 { use %1 }",
        "choose @1 { receive %x into %1 { use %1 } }",
        "if %x { %1 = nil }",
        "scope { _, %1 = call a.g() }",
    ] {
        assert_eq!(wrong_in(&format!("{before} use %1")), [""; 0], "{before}");
    }
    assert_eq!(wrong("fn a.f(%1 as x) { use %1 }"), [""; 0]);
    assert_eq!(wrong("method (%1) a.f() -> (int) named (%2) { use %1 use %2 }"), [""; 0]);
}

#[test]
fn what_runs_later_may_read_what_is_computed_later() {
    assert_eq!(wrong_in("defer { use %1 } %1 = call a.g()"), [""; 0]);
    assert_eq!(wrong_in("spawn { use %1 } %1 = call a.g()"), [""; 0]);
    assert_eq!(wrong_in("loop @1 forever { header { use %1 } body { } post { %1 = call a.g() } }"), [""; 0]);
    assert_eq!(
        wrong("fn a.f() { use closure a.f.func1 %1 = call a.g() }\nclosure a.f.func1 in a.f() { use %1 }"),
        [""; 0]
    );
    assert_eq!(wrong("closure a.f.func1 in a.f() { use %1 }\nfn a.f() { use %1 }").len(), 2);
    assert_eq!(wrong_in("defer { use %1 }"), ["temporary #1 is read but never computed"]);
    // Variables with a name may hold what their declaration gives them.
    assert_eq!(wrong_in("use %named"), [""; 0]);
}

#[test]
fn jumps_find_what_they_name() {
    assert_eq!(wrong_in("loop @1 forever { body { if %x { break @1 } continue @1 } }"), [""; 0]);
    assert_eq!(wrong_in("switch @1 { case { break @1 } default { break @1 } }"), [""; 0]);
    assert_eq!(wrong_in("choose @1 { default { break @1 } }"), [""; 0]);
    assert_eq!(wrong_in("loop @1 forever { body { switch @2 { case { continue @1 } } } }"), [""; 0]);
    assert_eq!(wrong_in("break @1"), ["break finds no label 1 around it"]);
    assert_eq!(wrong_in("loop @1 forever { body { } } break @1"), ["break finds no label 1 around it"]);
    assert_eq!(wrong_in("switch @1 { case { continue @1 } }"), ["continue finds no loop 1 around it"]);
    assert_eq!(wrong_in("loop @1 forever { body { continue @2 } }"), ["continue finds no loop 2 around it"]);
}

#[test]
fn jumps_stay_in_their_function() {
    let around = |block: &str| wrong_in(&format!("loop @1 forever {{ body {{ {block} }} }}"));
    assert_eq!(around("defer { break @1 }"), ["break finds no label 1 around it"]);
    assert_eq!(around("spawn { continue @1 }"), ["continue finds no loop 1 around it"]);
    assert_eq!(around("spawn { } break @1"), [""; 0]);
    let text =
        "fn a.f() { loop @1 forever { body { use closure a.f.func1 } } }\nclosure a.f.func1 in a.f() { break @1 }";
    assert_eq!(wrong(text), ["break finds no label 1 around it"]);
}

#[test]
fn labels_name_one_statement_of_a_function() {
    let twice = "loop @1 forever { body { } } switch @1 { }";
    assert_eq!(wrong_in(twice), ["label 1 names two statements of a function"]);
    assert_eq!(wrong("fn a.f() { choose @1 { } }\nfn a.g() { choose @1 { } }"), [""; 0]);
}

#[test]
fn closures_are_closures() {
    assert_eq!(wrong("fn a.f() { use closure a.f.func1 }\nclosure a.f.func1 in a.f() { }"), [""; 0]);
    assert_eq!(wrong("fn a.f() { use (closure a.g).x }\nfn a.g() { }"), ["a.g is used as a closure but is none"]);
    assert_eq!(wrong("fn a.f() { use closure #7 }"), ["closure #7 does not exist"]);
    assert_eq!(wrong("closure a.c in #7() { }"), ["a.c stands in function #7, which does not exist"]);
    assert_eq!(
        wrong("closure a.c in a.d() { }\nclosure a.d in a.c() { }"),
        ["a.c stands in itself", "a.d stands in itself"]
    );
}

#[test]
fn functions_have_names_of_their_own() {
    assert_eq!(wrong("fn a.f() { }\nmethod a.f() { }"), ["two functions are named a.f"]);
    assert_eq!(wrong("fn a.init() { }\nfn a.init() { }\nfn a._() { }\nfn a._() { }"), [""; 0]);
    let closures = "fn a.init() { }\nfn a.init() { }\nclosure a.init.func1 in a.init() { }\nclosure a.init.func1 in a.init#2() { }";
    assert_eq!(wrong(closures), [""; 0]);
    assert_eq!(wrong("fn a.reinit() { }\nfn a.reinit() { }").len(), 1);
}

/// Puts a bad span into one place of the module with every form and sees whether it is found.
#[test]
fn spans_lie_in_their_file() {
    let file = SourceFile::new("a.go", "é");
    let good = built::forms::every_form();
    assert_eq!(validate_in(&good, &file), []);
    let bad = Span::new(FileId(0), 0, 99);
    let edits: [fn(&mut Module, Span); 9] = [
        |m, s| m.imports[0].span = s,
        |m, s| m.problems[0].span = s,
        |m, s| m.locals[0].span = s,
        |m, s| m.types[0].span = s,
        |m, s| m.globals[0].span = s,
        |m, s| m.globals[0].value.as_mut().unwrap().span = s,
        |m, s| m.functions[0].span = s,
        |m, s| m.functions[0].name_span = s,
        |m, s| m.comments.push(Comment { span: s, trailing: false }),
    ];
    for (i, edit) in edits.into_iter().enumerate() {
        for span in
            [bad, Span::new(FileId(1), 0, 0), Span::new(FileId(0), 1, 1), Span { file: FileId(0), start: 2, end: 0 }]
        {
            let mut module = good.clone();
            edit(&mut module, span);
            assert_eq!(validate_in(&module, &file).len(), 1, "edit {i}, {span:?}");
            assert_eq!(validate(&module), []);
        }
    }
}

#[test]
fn spans_in_statements_are_looked_at() {
    let file = SourceFile::new("a.go", "");
    let bad = Span::new(FileId(0), 0, 9);
    let text = "module a\nfn a.f(%x) {\n  if %x { } else { defer { %x.a = call %x.b(%x) } }\n}\n";
    let body = |edit: fn(&mut Stmt, Span)| {
        let mut module = parse_module(text, FileId(0)).unwrap();
        edit(&mut module.functions[0].body.as_mut().unwrap()[0], bad);
        validate_in(&module, &file).into_iter().map(|v| v.message).collect::<Vec<_>>()
    };
    fn assignment(stmt: &mut Stmt) -> (&mut Vec<Place>, &mut Call) {
        let StmtKind::If { otherwise, .. } = &mut stmt.kind else { panic!() };
        let StmtKind::Defer { body } = &mut otherwise[0].kind else { panic!() };
        let StmtKind::Let { targets, value: Rvalue::Call(call) } = &mut body[0].kind else { panic!() };
        (targets, call)
    }
    assert_eq!(body(|s, bad| s.span = bad), ["the span 0..9 of a statement does not lie in the file"]);
    assert_eq!(body(|s, bad| assignment(s).1.span = bad), ["the span 0..9 of a call does not lie in the file"]);
    assert_eq!(
        body(|s, bad| assignment(s).1.name_span = bad),
        ["the span 0..9 of a call's name does not lie in the file"]
    );
    assert_eq!(
        body(|s, bad| assignment(s).1.args[0].span = bad),
        ["the span 0..9 of a value does not lie in the file"]
    );
    let target = |s: &mut Stmt, bad| {
        let Place::Field(base, _) = &mut assignment(s).0[0] else { panic!() };
        base.span = bad;
    };
    assert_eq!(body(target), ["the span 0..9 of a value does not lie in the file"]);
}
