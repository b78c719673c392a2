import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

const redis = new Redis();

async function unlock(key: string, token: string): Promise<void> {
  if ((await redis.get(key)) !== token) return;
  await redis.del(key);
}

export async function sweep(room: string): Promise<void> {
  const key = `sweep:${room}`;
  const token = randomUUID();
  const won = await redis.set(key, token, 'EX', 30, 'NX');
  if (won === null) return;
  try {
    console.log(room);
  } finally {
    await unlock(key, token);
  }
}
