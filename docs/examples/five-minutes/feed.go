package feed

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// Refresh computes a user's feed; one worker at a time.
func Refresh(ctx context.Context, rdb *redis.Client, user, worker string) error {
	key := "lock:feed:" + user
	won, err := rdb.SetNX(ctx, key, worker, 10*time.Second).Result()
	if err != nil {
		return err
	}
	if !won {
		return nil
	}
	defer rdb.Del(context.WithoutCancel(ctx), key)
	return compute(ctx, user)
}
