import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

const redis = new Redis();

type Unlock = () => Promise<void>;

async function lock(name: string, ttl: number): Promise<Unlock | null> {
  const key = `lock:${name}`;
  const reply = await redis.set(key, randomUUID(), 'PX', ttl, 'NX');
  if (reply === null) return null;
  return async () => {
    await redis.del(key);
  };
}

export async function merge(account: string): Promise<boolean> {
  const unlock = await lock(`merge:${account}`, 15_000);
  if (!unlock) return false;
  try {
    console.log(account);
    return true;
  } finally {
    await unlock();
  }
}
