import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'

const redis = new Redis()
const UNLOCK =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

export async function remind(user: string): Promise<void> {
  const key = `remind:${user}`
  const token = randomUUID()
  const won = await redis.setnx(key, token)
  if (won !== 1) return
  await redis.pexpire(key, 30_000)
  try {
    await new Promise((resolve) => setTimeout(resolve, 10))
  } finally {
    await redis.eval(UNLOCK, 1, key, token)
  }
}
