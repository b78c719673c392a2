package constanttokengoredis

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

var (
	instance = uuid.NewString()
	errBusy  = errors.New("busy")
)

const unlock = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`

func Elect(ctx context.Context, rdb *redis.Client, term string) error {
	key := "election:" + term
	ok, err := rdb.SetNX(ctx, key, instance, 20*time.Second).Result()
	if err != nil {
		return err
	}
	if !ok {
		return errBusy
	}
	defer rdb.Eval(context.WithoutCancel(ctx), unlock, []string{key}, instance)
	return work(ctx, term)
}

func Sweep(ctx context.Context, rdb *redis.Client, term string) error {
	key := "sweep:" + term
	ok, err := rdb.SetNX(ctx, key, 1, 20*time.Second).Result()
	if err != nil {
		return err
	}
	if !ok {
		return errBusy
	}
	defer rdb.Del(context.WithoutCancel(ctx), key)
	return work(ctx, term)
}

func work(ctx context.Context, term string) error {
	if _, err := os.Hostname(); err != nil {
		return err
	}
	return ctx.Err()
}
