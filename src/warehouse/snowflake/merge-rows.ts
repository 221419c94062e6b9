import { collectInBulk } from '../cloud/merge-rows.ts';
import type { InsertJob, MergeJob, Tables } from '../dialect.ts';
import { bulkWay } from './write-rows.ts';

export { addMissing, countFound, dropCollected, updateFound } from '../cloud/merge-rows.ts';

export const collectRows = (tables: Tables, from: InsertJob, job: MergeJob): Promise<number> =>
  collectInBulk(bulkWay, tables, from, job);
