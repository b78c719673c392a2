//! Statements become what the IR promises.

mod lowered;
use lowered::check;

#[test]
fn defer_evaluates_arguments_at_the_statement() {
    check(
        r#"package p
import "github.com/redis/go-redis/v9"
func f(rdb *redis.Client, key string) {
	defer rdb.Del(ctx(), key, "x")
	defer func() { key = "" }()
	go work(key, -1)
	defer panic("no")
}"#,
        r#"
        t1 = .ctx()
        t2 = key
        defer
          rdb:Del(t1, t2, "x")
        defer
          (func() {
            key = ""
          })()
        t3 = key
        spawn
          .work(t3, -1)
        defer
          raise "no"
        "#,
    );
}

#[test]
fn select_has_arms_and_timers_before_it() {
    check(
        r#"package p
import "time"
func f(done chan struct{}, out chan<- int) {
loop:
	for {
		select {
		case v, ok := <-done:
			use(v, ok)
		case <-time.After(time.Second):
			break
		case out <- next():
			continue
		case <-tick.C:
			break loop
		default:
			return
		}
	}
}"#,
        "
        loop L1 forever
          t1 = time.After(time.Second)
          t2 = .next()
          choose L2
          arm [v, ok] <- done
            .use(v, ok)
          arm [] <- t1
            break L2
          arm out <- t2
            continue L1
          arm [] <- .tick.C
            break L1
          arm default
            return
        ",
    );
}

#[test]
fn calls_are_hoisted_in_order() {
    check(
        "package p
func pair() (int, error)
func f(s *S) error {
	use(a(), s.b().c, 1)
	use(pair())
	s.arr[i()] += j()
	if x := g(); x > 0 && h(x) || y {
		return pair()
	}
	return k(<-s.ch)
}",
        "
        t1 = .a()
        t2 = s:b()
        .use(t1, t2.c, 1)
        t3, t4 = .pair()
        .use(t3, t4)
        t5 = .i()
        t6 = .j()
        s.arr[t5] = (s.arr[t5] Add t6)
        x = .g()
        t8 = (x Gt 0)
        if t8
          t7 = .h(x)
          t8 = t7
        if (t8 Or .y)
          t9 = .pair()
          return t9
        t10 = <-s.ch
        t11 = .k(t10)
        return t11
        ",
    );
}

#[test]
fn results_of_one_call_are_returned_one_by_one() {
    check(
        "package p
func f() (n int, err error) {
	if n, err := g(); err != nil {
		return n, err
	}
	m, err := g()
	use(m)
	if err == nil {
		return
	}
	return g()
}",
        "
        n#2, err#2 = .g()
        if (err#2 Ne nil)
          return n#2, err#2
        m, err = .g()
        .use(m)
        if (err Eq nil)
          return n, err
        t1, t2 = .g()
        return t1, t2
        ",
    );
}

#[test]
fn assignments() {
    check(
        "package p
func f(a, b int, m map[string]int, v any, s *S, ch chan int) {
	a, b = b, a
	s.x, s.y = 1, 2
	n, ok := m[\"k\"]
	_, ok = v.(*S)
	c, ok := <-ch
	*s = S{a: 1}
	a++
	b <<= 2
	var e error
	var t, w = 1, \"x\"
	ch <- a
	_ = n
}",
        r#"
        t1 = b
        t2 = a
        a = t1
        b = t2
        s.x = 1
        s.y = 2
        n, ok = lookup m["k"]
        _, ok = v is .S
        c, ok = <-ch
        *s = .S{a: 1}
        a = (a Add 1)
        b = (b Bits 2)
        e = nil
        t = 1
        w = "x"
        ch <- a
        _ = n
        "#,
    );
}

#[test]
fn loops_and_labels() {
    check(
        "package p
func f(xs []T, m map[string]int) {
outer:
	for i := 0; i < len(xs); i++ {
		for range xs {
			if a {
				continue outer
			}
			break
		}
	}
	for k, v := range m {
		use(k, v)
	}
	for _, x := range g() {
		use(x)
	}
	for i := range 10 {
		use(i)
	}
	for more() && !a {
	}
	for {
		goto end
	}
end:
}",
        "
        i = 0
        loop L1 counted
         header
          t1 = builtin.len(xs)
         cond (i Lt t1)
          loop L2 range xs
            if .a
              continue L1
            break L2
         post
          i = (i Add 1)
        loop L3 range m
          k = ?range key
          v = m[k]
          .use(k, v)
        t2 = .g()
        loop L4 range t2
          x = t2[?range key]
          .use(x)
        loop L5 range 10
          i#2 = ?range key
          .use(i#2)
        loop L6 while
         header
          t3 = .more()
         cond (t3 And !.a)
        loop L7 forever
          opaque goto
        ",
    );
}

#[test]
fn switches() {
    check(
        r#"package p
import "errors"
func f(err error, v any) {
	switch x := g(); x {
	case 1, 2:
		one()
		fallthrough
	case 3:
		break
	default:
		three()
	}
	switch {
	case errors.Is(err, A):
		one()
	case err == nil:
		two()
	case errors.Is(err, B):
		three()
	}
	switch t := v.(type) {
	case string:
		use(t)
	case int, nil:
		use(t)
	default:
	}
}"#,
        "
        x = .g()
        switch L1
        case (x Eq 1) | (x Eq 2) falls
          .one()
        case (x Eq 3)
          break L1
        default
          .three()
        t1 = errors.Is(err, .A)
        switch L2
        case t1
          .one()
        case (err Eq nil)
          .two()
        default
          t2 = errors.Is(err, .B)
          switch L3
          case t2
            .three()
        switch L4
        case ?type
          t = string(v)
          .use(t)
        case ?type | (v Eq nil)
          t#2 = v
          .use(t#2)
        default
          t#3 = v
        ",
    );
}

#[test]
fn closures_capture_by_id() {
    check(
        "package p
func f(n int) func() {
	n, m := n, 1
	g := func(n int) int {
		m := m + n
		return m
	}
	return func() { g(n + m) }
}",
        "
        n = n
        m = 1
        g = func(n#2) {
          m#2 = (m Add n#2)
          return m#2
        }
        return func() {
          (g)((n Add m))
        }
        ",
    );
}
