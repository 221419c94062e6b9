import { expect, it } from 'vitest';
import type { KnownRun, TargetBooks } from '../../../src/domain/verify/target-books.ts';
import { verifyTarget } from '../../../src/domain/verify/verify-target.ts';

const aRun = (changes: Partial<KnownRun> = {}): KnownRun => ({
  workflowId: 'w',
  load: 'replace',
  status: 'succeeded',
  ...changes,
});

const someBooks = (changes: Partial<TargetBooks> = {}): TargetBooks => ({
  river: 'r',
  table: 't',
  byPeriod: true,
  lacking: [],
  loaded: [],
  found: [],
  runs: new Map([
    ['a', aRun()],
    ['b', aRun({ load: 'append' })],
  ]),
  asked: [],
  ...changes,
});

const rows = (day: string | null, run: string, count: number) => ({ day, run, rows: count });
const kindsOf = (changes: Partial<TargetBooks>): unknown[] =>
  verifyTarget(someBooks(changes), 'prod', undefined).findings.map(({ kind, start, end }) => [
    kind,
    start,
    end,
  ]);

it('a day that several runs have loaded is fine where the later appended, and not where it replaced', () => {
  const first = rows('2026-01-01', 'a', 3);
  const second = rows('2026-01-01', 'b', 4);
  expect(kindsOf({ loaded: [first, second], found: [first, second] })).toEqual([]);
  expect(kindsOf({ loaded: [second, first], found: [first, second] })).toEqual([
    ['day-twice', '2026-01-01', '2026-01-01'],
  ]);
});

it('days that a run under way has still to load are no gap, those of one that is over are', () => {
  const day = rows('2026-01-01', 'a', 3);
  const last = rows('2026-01-04', 'a', 3);
  const books = {
    loaded: [day, last],
    found: [day, last],
    asked: [{ run: 'c', first: '2026-01-02', last: '2026-01-03', state: 'open' as const }],
  };
  expect(kindsOf({ ...books, runs: new Map([['c', aRun({ status: 'running' })]]) })).toEqual([]);
  expect(kindsOf({ ...books, runs: new Map([['c', aRun({ status: 'cancelled' })]]) })).toEqual([
    ['gap', '2026-01-02', '2026-01-03'],
  ]);
});

it('a day without rows of a chunk that was loaded is missed, also at the end of the range', () => {
  const day = rows('2026-01-01', 'a', 3);
  const asked = [{ run: 'a', first: '2026-01-01', last: '2026-01-02', state: 'loaded' as const }];
  expect(kindsOf({ loaded: [day], found: [day], asked })).toEqual([['gap', '2026-01-02', '2026-01-02']]);
});

it('a table that no river fills any more may be gone', () => {
  expect(kindsOf({ loaded: [rows('2026-01-01', 'a', 3)], lacking: null })).toEqual([]);
});

it('a table without the column that tells rows apart is off, and no command repairs it', () => {
  const { ok, findings } = verifyTarget(
    someBooks({ loaded: [rows('2026-01-01', 'a', 3)], lacking: ['_run_id'] }),
    'prod',
    undefined,
  );
  expect(ok).toBe(false);
  expect(findings).toMatchObject([{ kind: 'column-gone', repair: null }]);
});
