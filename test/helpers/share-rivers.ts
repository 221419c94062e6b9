import { afterAll, beforeAll } from 'vitest';
import { type Rivers, type RiversOptions, withRivers } from './with-rivers.ts';

/** Opens rivers once for all tests of a `describe`, and closes them after the last. */
export const shareRivers = (options: RiversOptions): (() => Rivers) =>
  shareOpened((use) => withRivers(options, use));

/** The same of whatever is open for as long as its `use` takes. */
export function shareOpened<T>(open: (use: (opened: T) => Promise<void>) => Promise<void>): () => T {
  const done = Promise.withResolvers<void>();
  let closed: Promise<void>;
  let shared: { readonly opened: T } | undefined;

  beforeAll(async () => {
    const isOpen = Promise.withResolvers<T>();
    closed = open((opened) => {
      isOpen.resolve(opened);
      return done.promise;
    });
    closed.catch(isOpen.reject);
    shared = { opened: await isOpen.promise };
  });
  afterAll(async () => {
    done.resolve();
    await closed;
  });

  return () => {
    if (!shared) throw new Error('It is not open yet.');
    return shared.opened;
  };
}
