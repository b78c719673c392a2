import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';

const UNLOCK = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`;

export async function publish(redis: Redis, id: string): Promise<boolean> {
  const token = randomUUID();
  const key = `lock:${id}`;
  const taken = await redis.setnx(key, token);
  if (taken === 0) return false;
  try {
    await work(id);
  } finally {
    await redis.eval(UNLOCK, 1, key, token);
  }
  return true;
}

export async function index(redis: Redis, id: string): Promise<boolean> {
  const token = randomUUID();
  const key = `index:${id}`;
  if ((await redis.set(key, token, 'NX')) !== 'OK') return false;
  try {
    await work(id);
  } finally {
    await redis.eval(UNLOCK, 1, key, token);
  }
  return true;
}

async function work(id: string): Promise<void> {
  console.log(id);
}
