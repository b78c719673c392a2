
func nnnStepkkk(ctx context.Context, rdb *redis.Client, id string) (bool, error) {
	won, err := nnnStepmmm(ctx, rdb, id)
	if err != nil {
		return false, fmt.Errorf("step kkk: %w", err)
	}
	return won, nil
}
