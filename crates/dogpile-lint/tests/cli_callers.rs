//! Callers in files that name no client.

mod trees;

use trees::Tree;

const STORE: &str = r#"package store

import "context"

type Store interface {
	Take(ctx context.Context, key, token string) (bool, error)
	Drop(ctx context.Context, key, token string) error
}
"#;

const REDIS: &str = r#"package redisstore

import (
	"context"
	"time"

	"example.com/shop/store"
	"github.com/redis/go-redis/v9"
)

const release = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`

type held struct{ rdb *redis.Client }

func New(rdb *redis.Client) store.Store { return &held{rdb: rdb} }

func (h *held) Take(ctx context.Context, key, token string) (bool, error) {
	return h.rdb.SetNX(ctx, key, token, 30*time.Second).Result()
}

func (h *held) Drop(ctx context.Context, key, token string) error {
	return h.rdb.Eval(context.WithoutCancel(ctx), release, []string{key}, token).Err()
}
"#;

const APP: &str = r#"package app

import (
	"context"

	"example.com/shop/store"
)

func Sweep(ctx context.Context, s store.Store) error {
	ok, err := s.Take(ctx, "lock:sweep", "me")
	if err != nil {
		return err
	}
	if !ok {
		return nil
	}
	defer s.Drop(ctx, "lock:sweep", "me")
	return work(ctx)
}
"#;

/// The file names neither the client nor the package that takes the lock, and the methods are everybody's names.
#[test]
fn a_caller_that_knows_a_lock_by_an_interface_is_found() {
    let tree = Tree::new(&[
        ("go.mod", "module example.com/shop\n\ngo 1.24\n"),
        ("store/store.go", STORE),
        ("redisstore/redis.go", REDIS),
        ("app/app.go", APP),
    ]);
    let run = tree.run(&["--format", "concise"]);
    assert!(run.out.contains("app/app.go:10:"), "{}", run.out);
    assert_eq!(run, tree.run(&["--format", "concise", "--no-prefilter"]));
}
