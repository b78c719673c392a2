
async function nnnStepkkk(redis: Redis, store: Store, key: string, id: string): Promise<void> {
  try {
    await store.touch(id);
  } finally {
    await redis.del(key);
  }
}
