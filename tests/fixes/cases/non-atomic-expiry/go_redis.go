package nonatomicexpirygoredis

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

var errBusy = errors.New("busy")

const unlock = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`

func Bill(ctx context.Context, rdb *redis.Client, tenant string) error {
	key, token := "billing:"+tenant, uuid.NewString()
	ok, err := rdb.SetNX(ctx, key, token, 0).Result()
	if err != nil {
		return err
	}
	if !ok {
		return errBusy
	}
	defer rdb.Eval(context.WithoutCancel(ctx), unlock, []string{key}, token)
	if err := rdb.Expire(ctx, key, time.Minute).Err(); err != nil {
		return err
	}
	return work(ctx, tenant)
}

// take gives the lease to whoever wins.
func take(ctx context.Context, rdb *redis.Client, key, token string, lease time.Duration) (bool, error) {
	ok, err := rdb.SetNX(ctx, key, token, 0).Result()
	if err != nil {
		return false, err
	}

	if ok {
		err = rdb.PExpire(ctx, key, lease).Err()
	}

	return ok, err
}

func Remind(ctx context.Context, rdb *redis.Client, tenant string) error {
	key, token := "remind:"+tenant, uuid.NewString()
	ok, err := take(ctx, rdb, key, token, 20*time.Second)
	if !ok || err != nil {
		return err
	}
	defer rdb.Eval(context.WithoutCancel(ctx), unlock, []string{key}, token)
	return work(ctx, tenant)
}

func work(ctx context.Context, tenant string) error { return ctx.Err() }
