// @ts-expect-error it brings no types
import ms from 'ms';
import { createClient } from 'redis';

const client = createClient();

const FREE =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

export async function digest(day: string): Promise<void> {
  const key = `digest:${day}`;
  const token = crypto.randomUUID();
  const taken = await client.set(key, token, { NX: true, EX: ms('30s') });
  if (taken === null) return;
  try {
    console.log(day);
  } finally {
    await client.eval(FREE, { keys: [key], arguments: [token] });
  }
}
