
export class NnnVvv extends EventEmitter {
  private done = 0;

  constructor(
    private readonly table: NnnTable,
    private readonly rates: Map<string, number>,
    private readonly clock: () => Date = () => new Date(),
  ) {
    super();
  }

  /** Finds an nnn, changes what has to be changed, and writes it back. */
  async vvv(id: string, owner: string): Promise<Nnn> {
    const row = await this.table.find(id.trim());
    if (!row || row.owner !== owner) {
      throw new NoNnn(id);
    }
    for (const tag of row.tags) {
      const rate = this.rates.get(tag);
      if (rate === undefined) continue;
      if (rate < 0) throw new RangeError(`the rate of ${tag} is ${rate}`);
      row.amount += Math.round(rate * 100);
    }
    row.created = this.clock();
    await this.table.save(row);
    this.emit('vvv', row);
    return row;
  }

  async vvvAll(day: Date): Promise<number> {
    const rows = await this.table.between(day, new Date(day.getTime() + 86_400_000));
    for (const row of rows.sort((a, b) => b.amount - a.amount)) {
      try {
        await this.vvv(row.id, row.owner);
        this.done += 1;
      } catch (error) {
        if (!(error instanceof NoNnn)) throw error;
      }
    }
    return this.done;
  }
}
