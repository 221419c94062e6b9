import { afterAll, beforeAll } from 'vitest';
import { type Rivers, type RiversOptions, withRivers } from './with-rivers.ts';

/** Opens rivers once for all tests of a `describe`, and closes them after the last. */
export function shareRivers(options: RiversOptions): () => Rivers {
  const done = Promise.withResolvers<void>();
  let closed: Promise<void>;
  let rivers: Rivers | undefined;

  beforeAll(async () => {
    const opened = Promise.withResolvers<Rivers>();
    closed = withRivers(options, (house) => {
      opened.resolve(house);
      return done.promise;
    });
    closed.catch(opened.reject);
    rivers = await opened.promise;
  });
  afterAll(async () => {
    done.resolve();
    await closed;
  });

  return () => {
    if (!rivers) throw new Error('The rivers are not open yet.');
    return rivers;
  };
}
