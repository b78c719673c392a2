
func nnnStepkkk(ctx context.Context, rdb *redis.Client, id string) (bool, error) {
	return rdb.SetNX(ctx, "vvv:nnn:"+id, uuid.NewString(), 30*time.Second).Result()
}
