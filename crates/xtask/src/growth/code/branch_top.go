
// VvvNnn is done by one process at a time.
func VvvNnn(ctx context.Context, rdb *redis.Client, store Store, row Nnn) error {
	key := "vvv:nnn:" + row.ID
	won, err := rdb.SetNX(ctx, key, uuid.NewString(), 30*time.Second).Result()
	if err != nil {
		return fmt.Errorf("vvv: %w", err)
	}
	if !won {
		return errNnnBusy
	}
	defer rdb.Del(context.WithoutCancel(ctx), key)
