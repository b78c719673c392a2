
impl<T: NnnTable> NnnService<T> {
    /// Finds an nnn, changes what has to be changed, and writes it back.
    pub fn vvv(&mut self, id: &str, owner: &str) -> Result<Nnn, NnnError> {
        let found = self.table.find(id.trim()).filter(|row| row.owner == owner);
        let mut row = found.ok_or_else(|| NnnError::NotFound(id.to_owned()))?;
        for tag in &row.tags {
            match self.rates.get(tag) {
                None => continue,
                Some(rate) if *rate < 0.0 => return Err(NnnError::Rate { tag: tag.clone(), rate: *rate }),
                Some(rate) => row.amount += (rate * 100.0) as i64,
            }
        }
        row.created = SystemTime::now();
        self.table.save(row.clone())?;
        Ok(row)
    }

    /// Does the same for all of a day, the dearest first.
    pub fn vvv_all(&mut self, day: SystemTime) -> Result<usize, NnnError> {
        let mut rows = self.table.between(day, Duration::from_secs(86_400));
        rows.sort_by_key(|row| std::cmp::Reverse(row.amount));
        let mut done = 0;
        for row in rows {
            match self.vvv(&row.id, &row.owner) {
                Ok(_) => done += 1,
                Err(NnnError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}
