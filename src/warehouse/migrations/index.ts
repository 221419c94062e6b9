import type { Tables } from '../dialect.ts';
import { up as manifest } from './0001-manifest.ts';
import { up as retries } from './0002-retries.ts';
import { up as tracking } from './0003-tracking.ts';
import { up as baseUrls } from './0004-base-urls.ts';
import { up as salts } from './0005-salts.ts';
import { up as books } from './0006-books.ts';
import { up as readingIndexes } from './0007-reading-indexes.ts';

/**
 * In their order, by the names under which a warehouse remembers them. Never edited once committed. `migrate.ts` also runs each
 * against a recorder, to learn which columns a manifest must have: what a migration does must not depend on what it reads.
 */
export const migrations: Readonly<Record<string, (tables: Tables) => Promise<void>>> = {
  '0001-manifest': manifest,
  '0002-retries': retries,
  '0003-tracking': tracking,
  '0004-base-urls': baseUrls,
  '0005-salts': salts,
  '0006-books': books,
  '0007-reading-indexes': readingIndexes,
};
