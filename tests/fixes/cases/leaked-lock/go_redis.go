package leakedlockgoredis

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

const unlock = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`

var errBusy = errors.New("busy")

func Audit(ctx context.Context, rdb *redis.Client, id string) error {
	key, token := "audit:"+id, uuid.NewString()
	ok, err := rdb.SetNX(ctx, key, token, 30*time.Second).Result()
	if err != nil {
		return err
	}
	if !ok {
		return errBusy
	}
	if err := work(ctx, id); err != nil {
		return err
	}
	return rdb.Eval(context.WithoutCancel(ctx), unlock, []string{key}, token).Err()
}

func Inspect(ctx context.Context, rdb *redis.Client, id string) error {
	key, token := "inspect:"+id, uuid.NewString()
	ok, err := rdb.SetNX(ctx, key, token, 30*time.Second).Result()
	if err != nil {
		return err
	}
	if !ok {
		return errBusy
	}

	if id == "none" {
		return nil
	}

	err = work(ctx, id)
	// For the next one.
	rdb.Eval(context.WithoutCancel(ctx), unlock, []string{key}, token)
	return err
}

func work(ctx context.Context, id string) error {
	if id == "" {
		return errors.New("no id")
	}
	return ctx.Err()
}
