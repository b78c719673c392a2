
/** Done by one process at a time. */
export async function vvvNnn(redis: Redis, store: Store, id: string): Promise<void> {
  if (!(await nnnStepkkk(redis, id))) {
    throw new NnnBusy(id);
  }
  try {
    await store.touch(id);
  } finally {
    await redis.del(`vvv:nnn:${id}`);
  }
}
