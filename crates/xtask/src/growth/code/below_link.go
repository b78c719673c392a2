
func nnnStepkkk(ctx context.Context, rdb *redis.Client, store Store, key, id string) error {
	if err := store.Note(ctx, id, "step kkk"); err != nil {
		rdb.Del(context.WithoutCancel(ctx), key)
		return err
	}
	return nnnStepmmm(ctx, rdb, store, key, id)
}
