
async function nnnStepkkk(redis: Redis, id: string): Promise<boolean> {
  const won = await nnnStepmmm(redis, id);
  if (!won) {
    console.info(`nnn ${id} is busy at step kkk`);
  }
  return won;
}
