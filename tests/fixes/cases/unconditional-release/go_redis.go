package unconditionalreleasegoredis

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

func Compress(ctx context.Context, rdb *redis.Client, file string) error {
	key, token := "compress:"+file, uuid.NewString()
	ok, err := rdb.SetNX(ctx, key, token, 30*time.Second).Result()
	if err != nil {
		return err
	}
	if !ok {
		return errors.New("busy")
	}
	defer func() {
		if err := rdb.Del(context.WithoutCancel(ctx), key).Err(); err != nil {
			slog.Warn("release", "key", key, "err", err)
		}
	}()
	return work(ctx, file)
}

type Locker struct {
	rdb redis.UniversalClient
}

// Lock returns the function that gives the lock back.
func (l *Locker) Lock(ctx context.Context, name string) (func(), error) {
	key := "lock:" + name
	ok, err := l.rdb.SetNX(ctx, key, uuid.NewString(), 20*time.Second).Result()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errors.New("locked")
	}
	return func() {
		l.rdb.Del(context.Background(), key)
	}, nil
}

func (l *Locker) Ingest(ctx context.Context, source string) error {
	unlock, err := l.Lock(ctx, "ingest:"+source)
	if err != nil {
		return err
	}
	defer unlock()
	return work(ctx, source)
}

func work(ctx context.Context, file string) error { return ctx.Err() }
