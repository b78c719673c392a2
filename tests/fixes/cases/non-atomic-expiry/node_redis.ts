import { createClient } from 'redis';

type Client = ReturnType<typeof createClient>;

async function lock(
  client: Client,
  key: string,
  token: string,
  seconds: number,
): Promise<boolean> {
  const created = await client.setNX(key, token);
  if (created) {
    await client.expire(key, seconds);
  }
  return Boolean(created);
}

const UNLOCK = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`;

export async function run(client: Client, feed: string): Promise<void> {
  const key = `lock:feed:${feed}`;
  const token = crypto.randomUUID();
  if (!(await lock(client, key, token, 45))) return;
  try {
    console.log(feed);
  } finally {
    await client.eval(UNLOCK, { keys: [key], arguments: [token] });
  }
}
