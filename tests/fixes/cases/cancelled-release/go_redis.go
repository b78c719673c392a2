package cancelledreleasegoredis

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

const unlock = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`

var errBusy = errors.New("busy")

func Transcode(ctx context.Context, rdb *redis.Client, clip string) error {
	key, token := "transcode:"+clip, uuid.NewString()
	ok, err := rdb.SetNX(ctx, key, token, 30*time.Second).Result()
	if err != nil {
		return err
	}
	if !ok {
		return errBusy
	}
	defer rdb.Eval(ctx, unlock, []string{key}, token)
	return work(ctx, clip)
}

func work(ctx context.Context, clip string) error { return ctx.Err() }
