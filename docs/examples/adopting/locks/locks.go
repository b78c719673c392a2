package locks

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

const lease = 30 * time.Second

func TakeJob(ctx context.Context, rdb *redis.Client, job, token string) (bool, error) {
	return rdb.SetNX(ctx, "lock:job:"+job, token, lease).Result()
}

func DropJob(ctx context.Context, rdb *redis.Client, job string) error {
	return rdb.Del(context.WithoutCancel(ctx), "lock:job:"+job).Err()
}
