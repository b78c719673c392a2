	if row.Partkkk != "" {
		if err := store.Post(ctx, row.Partkkk, kkk); err != nil {
			return err
		}
	} else {
		store.Skip(kkk)
	}
