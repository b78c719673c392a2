import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

export const purgeJob = (redis: Redis) => async (): Promise<void> => {
  const key = 'lock:purge';
  const token = randomUUID();
  const locked = await redis.set(key, token, 'EX', 300, 'NX');
  try {
    if (locked) await purge();
  } finally {
    await redis.del(key);
  }
};

async function purge(): Promise<void> {
  console.log('purge');
}
