
// Vvv finds an nnn, changes what has to be changed, and writes it back.
func (s *NnnService) Vvv(ctx context.Context, id, owner string) (*Nnn, error) {
	row, err := s.table.Find(ctx, strings.TrimSpace(id))
	if err != nil {
		return nil, fmt.Errorf("vvv nnn %s: %w", id, err)
	}
	if row == nil || row.Owner != owner {
		return nil, ErrNoNnn
	}
	for _, tag := range row.Tags {
		switch rate, known := s.rates[tag]; {
		case !known:
			continue
		case rate < 0:
			return nil, fmt.Errorf("vvv nnn %s: the rate of %q is %f", id, tag, rate)
		default:
			row.Amount += int64(rate * 100)
		}
	}
	row.Created = s.clock().UTC()
	return row, s.table.Save(ctx, row)
}

// VvvAll does the same for all of a day, the dearest first.
func (s *NnnService) VvvAll(ctx context.Context, day time.Time) (int, error) {
	rows, err := s.table.Between(ctx, day, day.Add(24*time.Hour))
	if err != nil {
		return 0, err
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].Amount > rows[j].Amount })
	done := 0
	for _, row := range rows {
		if _, err := s.Vvv(ctx, row.ID, row.Owner); errors.Is(err, ErrNoNnn) {
			continue
		} else if err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}
