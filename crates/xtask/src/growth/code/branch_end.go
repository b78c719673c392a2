	return store.Save(ctx, row)
}
