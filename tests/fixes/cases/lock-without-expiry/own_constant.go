package lockwithoutexpiryownconstant

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

var errBusy = errors.New("busy")

const leaseTime = 45 * time.Second

const unlock = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`

func Import(ctx context.Context, rdb *redis.Client, shop string) error {
	key, token := "shop:import:"+shop, uuid.NewString()
	ok, err := rdb.SetNX(ctx, key, token, leaseTime).Result()
	if err != nil {
		return err
	}
	if !ok {
		return errBusy
	}
	defer rdb.Eval(context.WithoutCancel(ctx), unlock, []string{key}, token)
	return work(ctx, shop)
}

func ImportAgain(ctx context.Context, rdb *redis.Client, shop string) error {
	key, token := "shop:import:"+shop, uuid.NewString()
	ok, err := rdb.SetNX(ctx, key, token, 0).Result()
	if err != nil {
		return err
	}
	if !ok {
		return errBusy
	}
	defer rdb.Eval(context.WithoutCancel(ctx), unlock, []string{key}, token)
	return work(ctx, shop)
}

func work(ctx context.Context, shop string) error { return ctx.Err() }
