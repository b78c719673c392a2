
async function nnnStepkkk(redis: Redis, store: Store, key: string, id: string): Promise<void> {
  if (!(await store.note(id, 'step kkk'))) {
    await redis.del(key);
    return;
  }
  await nnnStepmmm(redis, store, key, id);
}
