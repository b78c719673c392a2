package nnn

import (
	"context"
	"time"

	"example.com/growth/locks"
)

// VvvNnn is done by one process at a time.
func VvvNnn(ctx context.Context, locker *locks.Locker, store Store, id string) error {
	key := "vvv:nnn:" + id
	won, err := locker.TryAcquire(ctx, key, 30*time.Second)
	if err != nil {
		return err
	}
	if !won {
		return locks.ErrHeld
	}
	defer locker.Release(ctx, key)
	row, err := store.Find(ctx, id)
	if err != nil {
		return err
	}
	return store.Save(ctx, row)
}
