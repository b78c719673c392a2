package feed

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

var release = redis.NewScript(`if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0`)

// Rebuild computes a user's feed once, however many ask for it.
func Rebuild(ctx context.Context, rdb *redis.Client, user string) error {
	key, token := "lock:feed:"+user, uuid.NewString()
	won, err := rdb.SetNX(ctx, key, token, 10*time.Second).Result()
	if err != nil {
		return err
	}
	if !won {
		return nil
	}
	defer release.Run(context.WithoutCancel(ctx), rdb, []string{key}, token)
	return compute(ctx, user)
}
