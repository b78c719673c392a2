package jobs

import (
	"context"
	"time"

	"example.com/kit/locks"
)

func Nightly(ctx context.Context, client *locks.Client) error {
	lock, err := client.Take(ctx, "jobs:nightly", 5*time.Minute)
	if err != nil {
		return err
	}
	if skip(ctx) {
		return nil
	}
	defer lock.Free(ctx)
	return run(ctx)
}
