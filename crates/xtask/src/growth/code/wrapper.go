// Package locks holds the lock of all other packages.
package locks

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// ErrHeld says that somebody else holds the lock.
var ErrHeld = errors.New("locks: held")

// Locker takes locks.
type Locker struct{ rdb *redis.Client }

// New makes a locker.
func New(rdb *redis.Client) *Locker { return &Locker{rdb: rdb} }

// TryAcquire says whether the lock is ours.
func (l *Locker) TryAcquire(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	return l.rdb.SetNX(ctx, key, uuid.NewString(), ttl).Result()
}

// Release frees a lock.
func (l *Locker) Release(ctx context.Context, key string) error {
	return l.rdb.Del(context.WithoutCancel(ctx), key).Err()
}
