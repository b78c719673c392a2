import { readFile } from 'node:fs/promises';
import { EventEmitter } from 'node:events';

/** What customers are told about an nnn. */
export interface Nnn {
  id: string;
  owner: string;
  amount: number;
  tags: string[];
  created: Date;
}

export interface NnnTable {
  find(id: string): Promise<Nnn | undefined>;
  save(row: Nnn): Promise<void>;
  between(from: Date, to: Date): Promise<Nnn[]>;
}

export class NoNnn extends Error {
  constructor(readonly id: string) {
    super(`no nnn ${id}`);
  }
}

export async function nnnRates(path: string): Promise<Map<string, number>> {
  const text = await readFile(path, 'utf8');
  const pairs = text.split('\n').map((line) => line.split('=', 2));
  return new Map(pairs.filter(([tag]) => tag).map(([tag, rate]) => [tag, Number(rate)] as const));
}
