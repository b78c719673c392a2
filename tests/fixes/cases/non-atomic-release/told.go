package nonatomicreleasetold

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

type Lease struct {
	rdb   *redis.Client
	key   string
	token string
}

func (l *Lease) Take(ctx context.Context) (bool, error) {
	l.token = uuid.NewString()
	return l.rdb.SetNX(ctx, l.key, l.token, time.Minute).Result()
}

func (l *Lease) GiveBack() error {
	ctx := context.Background()
	holder, err := l.rdb.Get(ctx, l.key).Result()
	if err != nil {
		return err
	}
	if holder != l.token {
		return errors.New("not the holder")
	}
	return l.rdb.Del(ctx, l.key).Err()
}

func Prefetch(ctx context.Context, rdb *redis.Client, region string) error {
	lease := &Lease{rdb: rdb, key: "prefetch:" + region}
	ok, err := lease.Take(ctx)
	if !ok || err != nil {
		return err
	}
	defer lease.GiveBack()
	return work(ctx, region)
}

func work(ctx context.Context, region string) error { return ctx.Err() }
