import { createClient } from 'redis';

type Client = ReturnType<typeof createClient>;

export async function tidy(client: Client, box: string): Promise<void> {
  const key = `lock:mailbox:${box}`;
  const token = crypto.randomUUID();
  const won = await client.set(key, token, { NX: true, PX: 30_000 });
  if (won === null) return;
  try {
    console.log(box);
  } finally {
    const owner = await client.get(key);
    if (owner === token) {
      await client.del(key);
    }
  }
}
