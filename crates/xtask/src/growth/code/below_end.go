
func nnnStepkkk(ctx context.Context, rdb *redis.Client, store Store, key, id string) error {
	defer rdb.Del(context.WithoutCancel(ctx), key)
	return store.Touch(ctx, id)
}
