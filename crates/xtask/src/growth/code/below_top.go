
// VvvNnn is done by one process at a time.
func VvvNnn(ctx context.Context, rdb *redis.Client, store Store, id string) error {
	key := "vvv:nnn:" + id
	won, err := rdb.SetNX(ctx, key, uuid.NewString(), 30*time.Second).Result()
	if err != nil {
		return fmt.Errorf("vvv: %w", err)
	}
	if !won {
		return errNnnBusy
	}
	return nnnStepkkk(ctx, rdb, store, key, id)
}
