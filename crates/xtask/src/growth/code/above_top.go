
// VvvNnn is done by one process at a time.
func VvvNnn(ctx context.Context, rdb *redis.Client, store Store, id string) error {
	won, err := nnnStepkkk(ctx, rdb, id)
	if err != nil {
		return err
	}
	if !won {
		return errNnnBusy
	}
	defer rdb.Del(context.WithoutCancel(ctx), "vvv:nnn:"+id)
	return store.Touch(ctx, id)
}
