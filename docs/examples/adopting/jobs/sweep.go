package jobs

import (
	"context"

	"example.com/shop/locks"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

func Sweep(ctx context.Context, rdb *redis.Client) error {
	won, err := locks.TakeJob(ctx, rdb, "sweep", uuid.NewString())
	if err != nil || !won {
		return err
	}
	if err := sweep(ctx); err != nil {
		return err
	}
	return locks.DropJob(ctx, rdb, "sweep")
}
