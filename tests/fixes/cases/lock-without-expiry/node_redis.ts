import { createClient } from 'redis';

const client = createClient();

const UNLOCK = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`;

export async function publish(id: string): Promise<boolean> {
  const token = crypto.randomUUID();
  const taken = await client.set(`lock:${id}`, token, { NX: true });
  if (taken === null) return false;
  try {
    await work(id);
  } finally {
    await client.eval(UNLOCK, { keys: [`lock:${id}`], arguments: [token] });
  }
  return true;
}

export async function index(id: string): Promise<boolean> {
  const token = crypto.randomUUID();
  const taken = await client.setNX(`index:${id}`, token);
  if (!taken) return false;
  try {
    await work(id);
  } finally {
    await client.eval(UNLOCK, { keys: [`index:${id}`], arguments: [token] });
  }
  return true;
}

async function work(id: string): Promise<void> {
  console.log(id);
}
