
async function nnnStepkkk(redis: Redis, id: string): Promise<boolean> {
  const reply = await redis.set(`vvv:nnn:${id}`, randomUUID(), 'PX', 30_000, 'NX');
  return reply === 'OK';
}
