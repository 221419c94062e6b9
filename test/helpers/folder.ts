import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new, empty folder for `use`, removed after it. */
export async function withFolder<T>(use: (folder: string) => Promise<T>, below = tmpdir()): Promise<T> {
  const folder = await mkdtemp(join(below, 'river-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
