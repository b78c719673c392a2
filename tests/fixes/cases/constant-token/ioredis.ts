import { Redis } from 'ioredis';

const redis = new Redis();

export async function sweep(room: string): Promise<void> {
  const key = `sweep:${room}`;
  const won = await redis.set(key, '1', 'PX', 20_000, 'NX');
  if (won === null) return;
  try {
    console.log(room);
  } finally {
    await redis.del(key);
  }
}
