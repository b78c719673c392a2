
var errVvvBusy = errors.New("nnn: somebody else does it")

// VvvNnn is done by one process at a time.
type VvvNnn struct {
	rdb   *redis.Client
	store Store
}

// Run takes the lock, does the work and frees the lock.
func (w *VvvNnn) Run(ctx context.Context, id string) error {
	key := "vvv:nnn:" + id
	token := uuid.NewString()
	won, err := w.rdb.SetNX(ctx, key, token, 30*time.Second).Result()
	if err != nil {
		return fmt.Errorf("vvv nnn %s: %w", id, err)
	}
	if !won {
		return errVvvBusy
	}
	defer w.rdb.Del(context.WithoutCancel(ctx), key)
	row, err := w.store.Find(ctx, id)
	if err != nil {
		return err
	}
	for _, part := range row.Parts {
		if part.Done {
			continue
		}
		if err := w.store.Post(ctx, part.ID, part.Amount); err != nil {
			return fmt.Errorf("vvv nnn %s: %w", id, err)
		}
	}
	return w.store.Save(ctx, row)
}
