
/** Done by one process at a time. */
export async function vvvNnn(redis: Redis, store: Store, id: string): Promise<void> {
  const key = `vvv:nnn:${id}`;
  const won = await redis.set(key, randomUUID(), 'PX', 30_000, 'NX');
  if (won !== 'OK') {
    throw new NnnBusy(id);
  }
  await nnnStepkkk(redis, store, key, id);
}
