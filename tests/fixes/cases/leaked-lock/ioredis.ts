import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

const redis = new Redis();
const SCRIPT =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

export async function history(player: string): Promise<string[] | null> {
  const token = randomUUID();
  const taken = await redis.set(`history:${player}`, token, 'EX', 20, 'NX');
  if (taken !== 'OK') return null;

  // Every row of the table.
  const all = await rows(player);
  if (all.length === 0) {
    throw new Error('no rows');
  }

  // For the next one.
  await redis.eval(SCRIPT, 1, `history:${player}`, token);

  return all;
}

async function rows(player: string): Promise<string[]> {
  return [player];
}
