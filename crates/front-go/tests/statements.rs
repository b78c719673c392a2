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
