
/** Done by one process at a time. */
export async function vvvNnn(redis: Redis, store: Store, row: Record<string, string>): Promise<void> {
  const key = `vvv:nnn:${row.id}`;
  const won = await redis.set(key, randomUUID(), 'PX', 30_000, 'NX');
  if (won !== 'OK') {
    throw new NnnBusy(row.id);
  }
  try {
