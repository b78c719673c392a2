import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Store } from './store';
