package lockwithoutexpirygoredis

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

var errBusy = errors.New("busy")

const unlock = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`

func Rebuild(ctx context.Context, rdb *redis.Client, index string) error {
	key, token := "lock:index:"+index, uuid.NewString()
	ok, err := rdb.SetNX(ctx, key, token, 0).Result()
	if err != nil {
		return err
	}
	if !ok {
		return errBusy
	}
	defer rdb.Eval(context.WithoutCancel(ctx), unlock, []string{key}, token)
	return rebuild(ctx, index)
}

func Compact(ctx context.Context, rdb redis.UniversalClient, index string) error {
	key, token := "lock:compact:"+index, uuid.NewString()
	err := rdb.SetArgs(ctx, key, token, redis.SetArgs{Mode: "NX"}).Err()
	if errors.Is(err, redis.Nil) {
		return errBusy
	}
	if err != nil {
		return err
	}
	defer rdb.Eval(context.WithoutCancel(ctx), unlock, []string{key}, token)
	return rebuild(ctx, index)
}

func rebuild(ctx context.Context, index string) error { return ctx.Err() }
