import { Held, Locker } from '../locks/locker';
import type { Store } from './store';

/** Done by one process at a time. */
export async function vvvNnn(locker: Locker, store: Store, id: string): Promise<void> {
  const key = `vvv:nnn:${id}`;
  if (!(await locker.tryAcquire(key, 30_000))) {
    throw new Held(id);
  }
  try {
    await store.save(await store.find(id));
  } finally {
    await locker.release(key);
  }
}
