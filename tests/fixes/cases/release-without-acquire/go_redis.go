package releasewithoutacquiregoredis

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

var errBusy = errors.New("busy")

func Poll(ctx context.Context, rdb *redis.Client, inbox string) error {
	key := "poll:" + inbox
	// Whatever happens, give it back.
	defer rdb.Del(context.WithoutCancel(ctx), key)
	ok, err := rdb.SetNX(ctx, key, uuid.NewString(), time.Minute).Result()
	if err != nil {
		return err
	}
	if !ok {
		return errBusy
	}
	return work(ctx, inbox)
}

func Empty(ctx context.Context, rdb *redis.Client, inbox string) error {
	key, token := "empty:"+inbox, uuid.NewString()
	ok, err := rdb.SetNX(ctx, key, token, time.Minute).Result()
	if err != nil {
		return err
	}
	if ok {
		err = work(ctx, inbox)
	}
	rdb.Del(context.WithoutCancel(ctx), key)
	return err
}

func work(ctx context.Context, inbox string) error { return ctx.Err() }
