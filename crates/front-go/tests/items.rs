//! What a file declares, its comments, and what is wrong with it.

mod lowered;

use dogpile_front_go::package_name;
use dogpile_ir::TypeKind;
use lowered::{function, module, ty};

#[test]
fn types_of_a_file() {
    let module = module(
        "package p
import r \"github.com/redis/go-redis/v9\"
type S struct {
	*r.Client
	Base[int]
	a, b map[string]chan *T `json:\"x\"`
	F func(ctx context.Context, n ...int) (bool, error)
}
type I interface {
	fmt.Stringer
	Do(a, b string) (ok bool, err error)
	~int | ~string
}
type N []S
type A = r.Client
func f() { type L struct{}; var l L; _ = l }
",
    );
    let mut shown = vec![];
    for decl in &module.types {
        let text = match &decl.kind {
            TypeKind::Struct(fields) => fields
                .iter()
                .map(|f| format!("{}{} {}", if f.embedded { "+" } else { "" }, f.name, ty(&f.ty)))
                .collect::<Vec<_>>()
                .join(", "),
            TypeKind::Interface { methods, embeds } => format!("{} + {embeds:?}", methods.len()),
            TypeKind::Alias(to) => format!("= {}", ty(to)),
        };
        shown.push(format!("{} {text}", &decl.name[9..]));
    }
    assert_eq!(
        shown,
        [
            "S +Client github.com/redis/go-redis/v9.Client, +Base .Base, a map[string]chan .T, b map[string]chan .T, \
             F func(context.Context, []int)(bool, error)",
            "I 1 + [Named(\"fmt.Stringer\")]",
            "N = [].S",
            "A = github.com/redis/go-redis/v9.Client",
            "f.L ",
        ]
    );
}

#[test]
fn embedded_files() {
    let module = module(
        "package p
//go:embed unlock.lua
var a string
var (
	//go:embed \"b c.lua\"
	b string
	c string
)
",
    );
    let embeds: Vec<_> = module.globals.iter().map(|g| g.embeds.as_deref()).collect();
    assert_eq!(embeds, [Some("unlock.lua"), Some("b c.lua"), None]);
}

#[test]
fn imports_have_names() {
    let module = module(
        "package p
import (
	_ \"embed\"
	. \"fmt\"
	x \"a.b/c\"
	\"github.com/redis/go-redis/v9\"
	\"github.com/go-redsync/redsync/v4/redis/goredis/v9\"
	\"github.com/hashicorp/golang-lru/v2\"
	\"github.com/nats-io/nats.go\"
	\"gopkg.in/redis.v5\"
)",
    );
    let names: Vec<_> = module.imports.iter().map(|i| &*i.name).collect();
    assert_eq!(names, ["_", ".", "x", "redis", "goredis", "lru", "nats", "redis"]);
}

#[test]
fn comments_and_code_before_them() {
    let text = "// a\npackage p /* b */ // c\n/* d\n*/ // e\nvar x = \"// no\" // f\nvar y = `/*\n` /* g */\nvar r = '\"' // h";
    let module = module(text);
    let shown: Vec<_> =
        module.comments.iter().map(|c| (&text[c.span.start as usize..c.span.end as usize], c.trailing)).collect();
    assert_eq!(
        shown,
        [
            ("// a", false),
            ("/* b */", true),
            ("// c", true),
            ("/* d\n*/", false),
            ("// e", false),
            ("// f", true),
            ("/* g */", true),
            ("// h", true)
        ]
    );
}

#[test]
fn broken_code_is_opaque_and_the_rest_goes_on() {
    let module = module("package p\nfunc f() {\n\ta()\n\tx := := 3\n\tb()\n}\nfunc g() { c() }\n");
    assert!(!module.problems.is_empty());
    let body = function(&module, "f");
    assert!(body.starts_with(".a()\n") && body.contains("opaque syntax error") && body.ends_with(".b()\n"), "{body}");
    assert_eq!(function(&module, "g"), ".c()\n");
    assert!(module.stats.opaque >= 1 && module.stats.opaque < module.stats.statements);
}

#[test]
fn snippets_need_no_package() {
    let module = module("ok, err := rdb.SetNX(ctx, key, 1, ttl).Result()\nif !ok {\n\treturn err\n}\n");
    assert!(module.problems.is_empty(), "{:?}", module.problems);
    assert_eq!(
        function(&module, "init"),
        "t1 = .rdb:SetNX(.ctx, .key, 1, .ttl)\nok, err = t1:Result()\nif !ok\n  return err\n"
    );
    let module = lowered::module("func f() { g() }");
    assert_eq!(function(&module, "f"), ".g()\n");
}

#[test]
fn names_stay_apart() {
    let module = module(
        "package p
var _ = func() {}
var _ = func() {}
func init() { func() {}() }
func init() { func() {}() }
func f() {}
func f() {}
",
    );
    let names: Vec<_> = module.functions.iter().map(|f| f.name[9..].to_owned()).collect();
    assert_eq!(names, ["_.func1", "_.func2", "init", "init.func1", "init", "init.func2", "f", "f#2"]);
}

#[test]
fn the_package_clause_alone() {
    assert_eq!(package_name("// c\n/* d */ package lock_test // e\n"), Some("lock_test"));
    assert_eq!(package_name("\u{feff}package p;"), Some("p"));
    assert_eq!(package_name("packagep"), None);
    assert_eq!(package_name(""), None);
}
