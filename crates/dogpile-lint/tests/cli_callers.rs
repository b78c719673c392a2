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

const DRIVER: &str = r#"package driver

import "example.com/shop/store"

var locks store.Store

func Locks() store.Store { return locks }
"#;

const SWEEPER: &str = r#"package sweeper

import (
	"context"

	"example.com/shop/driver"
)

func Sweep(ctx context.Context) error {
	ok, err := driver.Locks().Take(ctx, "lock:sweep", "me")
	if err != nil {
		return err
	}
	if !ok {
		return nil
	}
	defer driver.Locks().Drop(ctx, "lock:sweep", "me")
	return work(ctx)
}
"#;

/// The file names only a package that hands the lock's owner out.
#[test]
fn a_caller_that_is_handed_a_lock_is_found() {
    let tree = Tree::new(&[
        ("go.mod", "module example.com/shop\n\ngo 1.24\n"),
        ("store/store.go", STORE),
        ("redisstore/redis.go", REDIS),
        ("driver/driver.go", DRIVER),
        ("sweeper/sweeper.go", SWEEPER),
    ]);
    let run = tree.run(&["--format", "concise"]);
    assert!(run.out.contains("sweeper/sweeper.go:10:"), "{}", run.out);
    assert_eq!(run, tree.run(&["--format", "concise", "--no-prefilter"]));
}

const KV: &str = r#"import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';

const UNLOCK = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

export class Kv {
  constructor(private redis: Redis) {}

  async set(key: string, value: string): Promise<void> {
    await this.redis.set(key, value);
  }

  async withLock<T>(key: string, run: () => Promise<T>): Promise<T | undefined> {
    const token = randomUUID();
    const won = await this.redis.set(`lock:${key}`, token, 'PX', 30_000, 'NX');
    if (won !== 'OK') return undefined;
    try {
      return await run();
    } finally {
      await this.redis.eval(UNLOCK, 1, `lock:${key}`, token);
    }
  }
}
"#;

const CONTEXT: &str = "import type { Kv } from './kv';\n\nexport interface Context {\n  kv: Kv;\n}\n";

const PLUGIN: &str = r#"import type { Context } from '../lib/context';
import { load } from './load';

export async function refresh({ kv }: Context): Promise<void> {
  await kv.withLock('plugin', async () => {
    const value = await load();
    await kv.set('plugin:value', value);
  });
}
"#;

/// The file names a type that has the lock's owner in a field.
#[test]
fn a_caller_that_has_a_lock_in_a_field_is_found() {
    let tree = Tree::new(&[
        ("package.json", "{ \"name\": \"shop\" }"),
        ("lib/kv.ts", KV),
        ("lib/context.ts", CONTEXT),
        ("plugins/refresh.ts", PLUGIN),
    ]);
    let run = tree.run(&["--format", "concise", "--min-level", "note"]);
    assert!(run.out.contains("plugins/refresh.ts:7:"), "{}", run.out);
    assert_eq!(run, tree.run(&["--format", "concise", "--min-level", "note", "--no-prefilter"]));
}
