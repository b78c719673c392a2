    await store.save(row);
  } finally {
    await redis.del(key);
  }
}
