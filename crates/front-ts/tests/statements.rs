//! What awaiting, leaving and forgetting come to; whole programs are in `fixtures/ir/ts-*`.

mod lowered;
use lowered::{check, module, module_of, printed};

#[test]
fn calls_are_awaited_under_await_and_where_they_are_returned() {
    check(
        "const a = await b(); c(); d(e(), await g()); setInterval(h, 1); return i();",
        "%a = call builtin.b()
         start builtin.c()
         %1 = start builtin.e()
         %2 = call builtin.g()
         start builtin.d(%1, %2)
         call builtin.setInterval(builtin.h, 1)
         %3 = call builtin.i()
         return %3",
    );
}

#[test]
fn what_is_returned_from_a_guarded_block_is_not_waited_for_there() {
    check(
        "try { return a() } catch { return b() }",
        "try {
           %1 = start builtin.a()
           return %1
         } catch {
           %2 = call builtin.b()
           return %2
         }",
    );
    check(
        "try { return await a() } catch { return b() } finally { c() }",
        "try {
           %1 = call builtin.a()
           return %1
         } catch {
           %2 = start builtin.b()
           return %2
         } finally {
           start builtin.c()
         }",
    );
}

#[test]
fn a_pause_is_a_promise_that_a_timer_keeps_and_that_comes_to_nothing() {
    for pause in [
        "await new Promise(r => setTimeout(r, 50))",
        "await new Promise((done, _) => { setTimeout(() => { done() }, 50) })",
        "await new Promise<void>(function (r) { return setTimeout(() => r(undefined), 50) })",
    ] {
        check(pause, "call builtin.sleep(50)");
    }
    for other in [
        "await new Promise(r => setTimeout(() => r(1), 50))",
        "await new Promise((_, no) => setTimeout(no, 50))",
        "await new Promise(r => setTimeout(r, 50, 1))",
        "await new Promise(r => emitter.on(r, 50))",
    ] {
        check(other, "call builtin.Promise.new(closure p.f.func1)");
    }
}

#[test]
fn rejections_reach_the_handler_that_stands_for_them() {
    check(
        "await a().then(b, c)",
        "%1 = false
         try {
           %2 = call builtin.a()
           %1 = true
         } catch %error {
           %3 = call builtin.c(%error)
         }
         if %1 {
           %3 = call builtin.b(%2)
         }",
    );
    check("return Promise.reject(a)", "raise builtin.a");
    check("return Promise.resolve(a())", "%1 = call builtin.a()\nreturn %1");
}

#[test]
fn what_is_spawned_has_its_arguments_settled() {
    check(
        "let k = a; void b(k, k.c, 1); k = d",
        "%k = builtin.a
         %1 = %k
         %2 = %k.c
         spawn {
           call builtin.b(%1, %2, 1)
         }
         %k = builtin.d",
    );
    check(
        "x.on('a', this.stop.bind(this), y.bind(z))",
        "%1 = start builtin.y.bind(builtin.z)\nstart builtin.x.on(\"a\", (builtin.this).stop, %1)",
    );
}

#[test]
fn variables_belong_to_the_block_they_are_declared_in() {
    check(
        "const go = () => later; const later = a; if (b) { const later = c; go(later) } for (var i of d) { } go(i)",
        "%go = closure p.f.func1
         %later = builtin.a
         if builtin.b {
           %later.2 = builtin.c
           start %go(%later.2)
         }
         loop @1 range builtin.d {
           body {
             %i = (builtin.d)[opaque \"range key\"]
           }
         }
         start %go(%i)",
    );
    check("inner(); function inner() { return inner }", "%inner = closure p.f.func1\nstart %inner()");
}

#[test]
fn elements_are_objects_and_their_text_is_no_error() {
    let module =
        module_of("f.jsx", "const a = () => <p on={() => go()} b='c & d' {...e}>Tom & Jerry {f(1)}<br /></p>;");
    assert!(module.problems.is_empty(), "{:?}", module.problems);
    let text = dogpile_ir::print_module(&module);
    assert!(
        text.contains("return new {on: closure ex.com/p.a.func1, b: \"c & d\", ...builtin.e, %1, new {}}"),
        "{text}"
    );
}

#[test]
fn what_the_grammar_does_not_know() {
    for text in [
        "const a = await b.raw<C<D>[]>`select ${e}`;",
        "const a = `b<c ${d(1)}>`, e = 'f<' + g(2) + '>`';",
        "type A = (string) => void; const f = (g: (any) => string) => g(1);",
        "{ using a = b(), c = d(); await using e = f(); a }",
        "const using = 1; using; x.using = 2; f(using); using\n= 3",
        "for (const x of using) { }",
    ] {
        assert!(module(text).problems.is_empty(), "{text}: {:?}", module(text).problems);
    }
    let text = printed("const a = `b<c ${d(1)}>`, e = 'f<' + g(2) + '>`';");
    assert!(text.contains("builtin.d(1)") && text.contains("builtin.g(2)"), "{text}");
}

#[test]
fn broken_code_is_opaque_and_the_rest_goes_on() {
    let module = module("function f() {\n  a();\n  let x = = 3;\n  b();\n}\nfunction g() { c() }\n");
    assert!(!module.problems.is_empty());
    let text = dogpile_ir::print_module(&module);
    for kept in ["call builtin.a()", "call builtin.b()", "call builtin.c()", "opaque \"syntax error\""] {
        assert!(text.contains(kept), "{kept} in\n{text}");
    }
    assert!(module.stats.opaque >= 1 && module.stats.opaque < module.stats.statements);
}

#[test]
fn types_as_written() {
    let text = printed(
        "import Redis, { type Cluster as C } from 'ioredis'; import * as n from 'n';
         function f<T extends C, U>(a: Redis | null, b: T, c: U, d: Promise<Readonly<C>[]>, e: Map<string, n.X.Y>,
           g: Record<string, boolean>, h: (x: string) => Promise<void>, i?: 'a' | 'b', j: Date = new Date(), ...k: C[]): a is C {}",
    );
    assert_eq!(
        text,
        "fn p.f(%a: ioredis.default, %b: ioredis.Cluster, %c, %d: []ioredis.Cluster, %e: map[string]n.X.Y, \
         %g: map[string]bool, %h: func(string), %i: string, %j: builtin.Date, ...%k: []ioredis.Cluster) -> (bool) {\n  \
         %1 = %j\n  if (eq %1 nil) {\n    %2 = call builtin.Date.new()\n    %1 = %2\n  }\n  %j = %1\n}"
    );
}

#[test]
fn classes_in_functions_do_not_reach_into_them() {
    let text = printed("function f(key) { class A { m() { return key } } return new A() }");
    assert!(text.contains("return p.f.key"), "{text}");
    assert!(text.contains("%1 = call p.f.A.new()"), "{text}");
}

#[test]
fn comments_and_code_before_them() {
    let text = "// a\nlet b = '// no' // c\n/* d\n*/ // e\nconst f = `//\n` /* g */ // h\n";
    let module = module(text);
    let shown: Vec<_> =
        module.comments.iter().map(|c| (&text[c.span.start as usize..c.span.end as usize], c.trailing)).collect();
    assert_eq!(
        shown,
        [("// a", false), ("// c", true), ("/* d\n*/", false), ("// e", false), ("/* g */", true), ("// h", true)]
    );
}

#[test]
fn types_that_comments_tell() {
    let text = printed(
        "const Redis = require('ioredis');
         /** @type {import('redis').Client | null} */
         let client = null;
         /** Takes.
          * @param {Redis} redis the client
          * @param {string} [key] with { braces }
          * @param {Missing[]} rest
          */
         exports.take = async (redis, key, rest) => {};",
    );
    assert_eq!(
        text,
        "global p.client: redis.Client = nil\nasync fn p.take(%redis: ioredis.default, %key: string, %rest: []?) {\n}"
    );
}
