
export class VvvNnnBusy extends Error {}

/** Done by one process at a time. */
export class VvvNnn {
  constructor(
    private readonly redis: Redis,
    private readonly store: Store,
  ) {}

  async run(id: string): Promise<void> {
    const key = `vvv:nnn:${id}`;
    const won = await this.redis.set(key, randomUUID(), 'PX', 30_000, 'NX');
    if (won !== 'OK') {
      throw new VvvNnnBusy(id);
    }
    try {
      const row = await this.store.find(id);
      for (const part of row.parts) {
        if (part.done) continue;
        await this.store.post(part.id, part.amount);
      }
      await this.store.save(row);
    } finally {
      await this.redis.del(key);
    }
  }
}
