//! Expressions, callees and literals.

mod lowered;
use lowered::{check, module, value};

#[test]
fn callees() {
    check(
        r#"package p
import (
	goredis "github.com/redis/go-redis/v9"
	"github.com/go-redis/redis/v8"
	"gopkg.in/yaml.v3"
	"github.com/mattn/go-sqlite3"
	"k8s.io/api/core/v1"
)
type Kind int
var table map[string]func(int)
func Map[T any](f func(T)) {}
func f(k string, h func(), s *S, x int) {
	goredis.NewClient(nil)
	redis.NewClient(nil)
	yaml.Marshal(k)
	sqlite3.Open()
	v1.Get()
	h()
	s.Do(k)
	s.rdb.Get(k).Err()
	other(k)
	len(k)
	Map[int](nil)
	goredis.Get[Other](k)
	table[k](1)
	s.fns[k](2)
	func() { g() }()
	unknown.Do(xs...)
	Kind(1)
	a := (*S)(nil)
	b := []byte(k)
	c := new(S)
	d := make(chan int, 1)
	e := new(42)
	redis := s
	redis.Close()
}"#,
        "
        github.com/redis/go-redis/v9.NewClient(nil)
        github.com/go-redis/redis/v8.NewClient(nil)
        gopkg.in/yaml.v3.Marshal(k)
        github.com/mattn/go-sqlite3.Open()
        k8s.io/api/core/v1.Get()
        (h)()
        s:Do(k)
        t1 = s.rdb:Get(k)
        t1:Err()
        .other(k)
        builtin.len(k)
        .Map(nil)
        github.com/redis/go-redis/v9.Get(k)
        (.table[k])(1)
        (s.fns[k])(2)
        (func() {
          .g()
        })()
        .unknown:Do(.xs...)
        .Kind(1)
        a = .S(nil)
        b = []byte(k)
        c = .S{}
        d = builtin.make(chan int{}, 1)
        e = 42
        redis = s
        redis:Close()
        ",
    );
}

#[test]
fn literals() {
    check(
        r#"package p
type Names []string
type Pts []struct{ X, Y int }
func f(name string) {
	a := "a\n\x41\u00e9\"" + `r\n`
	b := 'a' + 0x1F + 0o17 + 017 + 1_000 + 0b11
	c := 1.5e3 + 0x1p4
	d := &[]S{{a: 1}, {b: g()}}
	e := map[string]*S{"x": {a: 1}, name: {}}
	h := Names{"a", 2: "b"}
	i := Pts{{X: 1}, {2, 3}}
	j := [...]int{2: 1}
	k := pkg.T{F: func() {}}
	l := -1
	m := ^name
	n := e[name].z[1:2]
}"#,
        r#"
        a = ("a\nAé\"" Add "r\\n")
        b = (((((97 Add 31) Add 15) Add 15) Add 1000) Add 3)
        c = (1500.0 Add 16.0)
        t1 = .g()
        d = [].S{.S{a: 1}, .S{b: t1}}
        e = map[string].S{["x"]: .S{a: 1}, [name]: .S{}}
        h = .Names{"a", [2]: "b"}
        i = .Pts{?{X: 1}, ?{2, 3}}
        j = []int{[2]: 1}
        k = pkg.T{F: func() {
        }}
        l = -1
        m = (-1 Bits name)
        n = e[name].z[:]
        "#,
    );
}

#[test]
fn locals_know_their_types() {
    let module = module(
        "package p
import \"time\"
func (l *Locker[K]) f(a time.Duration, b ...string) (c error) {
	d := T{}
	e := &T{}
	g := int64(a)
	h := x.(*T)
	i := make(map[string][]int)
	for j, k := range i {
		m := k
	}
	var n func(a, b int) chan K
	o := \"text\"
	p := <-q
}",
    );
    let types: Vec<_> = module
        .locals
        .iter()
        .filter(|l| !l.name.is_empty())
        .map(|l| format!("{} {}", l.name, lowered::ty(&l.ty)))
        .collect();
    assert_eq!(
        types.join("; "),
        "l .Locker; a time.Duration; b []string; c error; d .T; e .T; g int64; h .T; i map[string][]int; j string; \
         k []int; m []int; n func(int, int)(chan ?); o string; p ?"
    );
    assert!(module.functions[0].variadic);
    assert_eq!(&*module.functions[0].name, "ex.com/p.Locker.f");
}

#[test]
fn constants_count_with_iota() {
    let module = module(
        "package p
const (
	A Kind = iota + 1
	B
	_
	D, E = 1 << iota, -iota
	F, G
	H = 60 * 60
	I = \"x\"
	J
)",
    );
    let shown: Vec<_> = module
        .globals
        .iter()
        .map(|g| format!("{} {}", &g.name[9..], value(&module, g.value.as_ref().expect("a value"))))
        .collect();
    assert_eq!(shown.join("; "), "A 1; B 2; _ 3; D 8; E -3; F 16; G -4; H (60 Mul 60); I \"x\"; J \"x\"");
    assert!(module.globals.iter().all(|g| g.constant));
    assert_eq!(module.globals[1].ty.name(), Some("ex.com/p.Kind"));
}

#[test]
fn short_circuits_in_initialisers_and_conditions() {
    let module = module("package p\nvar a, b = pair()\nvar c = d || e()\nvar g = func() { var h = func() {} }\n");
    assert_eq!(module.globals[0].init.len(), 1);
    assert_eq!(module.globals[2].init.len(), 2);
    let names: Vec<_> = module.functions.iter().map(|f| &*f.name).collect();
    assert_eq!(names, ["ex.com/p.g.func1", "ex.com/p.g.func1.func1"]);
}
