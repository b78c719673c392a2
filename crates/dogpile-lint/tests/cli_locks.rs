//! `dogpile-lint locks`.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

mod trees;

use serde_json::Value;
use trees::Tree;

const WRAPPED: &str = r#"package app

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

var release = redis.NewScript(`if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) else return 0 end`)

func withLock(ctx context.Context, rdb *redis.Client, key string, ttl time.Duration, work func() error) error {
	token := uuid.NewString()
	won, err := rdb.SetNX(ctx, key, token, ttl).Result()
	if err != nil || !won {
		return err
	}
	defer release.Run(context.WithoutCancel(ctx), rdb, []string{key}, token)
	return work()
}

func Rates(ctx context.Context, rdb *redis.Client) error {
	// dogpile: p99 = 5s
	return withLock(ctx, rdb, "lock:rates", 30*time.Second, rates)
}

func Feed(ctx context.Context, rdb *redis.Client, user string) error {
	return withLock(ctx, rdb, "lock:feed:"+user, time.Minute, feed)
}

func Seen(ctx context.Context, rdb *redis.Client, id string) (bool, error) {
	return rdb.SetNX(ctx, "seen:"+id, 1, 24*time.Hour).Result()
}
"#;

fn tree() -> Tree {
    Tree::new(&[("go.mod", "module example.com/app\n"), ("app.go", WRAPPED)])
}

#[test]
fn a_helper_is_told_by_those_who_say_what_they_lock() {
    let run = tree().run(&["locks"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let expected = "\
LOCKS
CLASS  KEY               TTL  P99  TOKEN     RELEASE            RENEWAL  CLIENT    PLACE
lock   lock:rates        30s  5s   fresh     guarded, deferred  none     go-redis  app.go:25
lock   lock:feed:{user}  1m   ?    fresh     guarded, deferred  none     go-redis  app.go:29
mark   seen:{id}         1d   ?    constant  none               none     go-redis  app.go:33

2 locks, 1 mark; ? is what the code does not tell
no p99 is known of 1: `dogpile-lint init` lists what to declare
";
    assert_eq!(run.out, expected);
}

#[test]
fn nothing_is_wider_than_the_room_and_nothing_is_lost() {
    let tree = tree();
    let wide = tree.run(&["locks"]).out;
    for columns in [40, 60, 80, 120] {
        let narrow = tree.run(&["locks", "--columns", &columns.to_string()]).out;
        let table = narrow.lines().take_while(|line| !line.contains("is what the code"));
        let long: Vec<&str> = table.filter(|line| line.chars().count() > columns).collect();
        assert!(long.is_empty(), "more than {columns} columns: {long:?}");
        for cell in ["lock:feed:{user}", "guarded, deferred", "app.go:29", "go-redis", "fresh"] {
            assert!(wide.contains(cell) && narrow.contains(cell), "{cell} is not in\n{narrow}");
        }
    }
}

#[test]
fn programs_get_the_same_and_more() {
    let tree = tree();
    let run = tree.run(&["locks", "--format", "json"]);
    let json: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(json["version"], 1);
    let locks = json["locks"].as_array().expect("locks");
    assert_eq!(locks.len(), 3);
    let rates = &locks[0];
    assert_eq!(rates["key"], "lock:rates");
    assert_eq!(rates["ttl"]["ms"], 30_000);
    assert_eq!(rates["ttl"]["text"], "30*time.Second");
    assert_eq!(rates["p99_ms"], 5000);
    assert_eq!(rates["function"], "example.com/app.Rates");
    assert_eq!(rates["place"]["line"], 25);
    assert_eq!(rates["command_at"]["line"], 15);
    assert_eq!(rates["releases"][0]["guard"], "guarded");
    assert_eq!(locks[1]["p99_ms"], Value::Null);
    tree.run(&["locks", "--format", "json", "--output", "locks.json"]);
    assert_eq!(tree.read("locks.json"), run.out);
}

#[test]
fn an_empty_inventory_says_so_and_holes_are_told() {
    let tree = Tree::new(&[("a.go", "package a\n")]);
    assert_eq!(tree.run(&["locks"]).out, "no lock, flight or cache miss was found\n");
    tree.write("b.go", b"package a\n\xff");
    let run = tree.run(&["locks"]);
    assert!(run.err.contains("b.go: is not UTF-8"), "{}", run.err);
    assert_eq!(tree.run(&["locks", "nowhere"]).code, Some(2));
}
