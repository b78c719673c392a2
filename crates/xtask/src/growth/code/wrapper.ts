import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

export class Held extends Error {}

/** The lock of all others. */
export class Locker {
  constructor(private readonly redis: Redis) {}

  async tryAcquire(key: string, ttl: number): Promise<boolean> {
    const reply = await this.redis.set(key, randomUUID(), 'PX', ttl, 'NX');
    return reply === 'OK';
  }

  async release(key: string): Promise<void> {
    await this.redis.del(key);
  }
}
