package nonatomicreleasegoredis

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

func Drain(ctx context.Context, rdb *redis.Client, pool string) error {
	key, token := "drain:"+pool, uuid.NewString()
	ok, err := rdb.SetNX(ctx, key, token, 30*time.Second).Result()
	if !ok || err != nil {
		return err
	}
	defer func() {
		after := context.WithoutCancel(ctx)
		if owner, err := rdb.Get(after, key).Result(); err == nil && owner == token {
			rdb.Del(after, key) // ours
		}
	}()
	return work(ctx, pool)
}

func work(ctx context.Context, region string) error { return ctx.Err() }
