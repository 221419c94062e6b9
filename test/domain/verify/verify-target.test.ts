import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addDays, eachDay } from '#domain/period/date-range';
import { findGaps } from '#domain/verify/find-differences';
import type { KnownRun, RequestedDays, TargetSnapshot } from '#domain/verify/verification';
import { verifyTarget } from '#domain/verify/verify-target';
import { aStoredRun } from '../../helpers/a-stored-run.ts';

const aRun = (changes: Partial<KnownRun> = {}): KnownRun => ({
  workflowId: 'w',
  load: 'replace',
  status: 'succeeded',
  ...changes,
});

const someBooks = (changes: Partial<TargetSnapshot> = {}): TargetSnapshot => ({
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
  retrying: [],
  forgotten: [],
  madeAt: null,
  replaced: null,
  ...changes,
});

const rows = (day: string | null, run: string, count: number) => ({ day, run, rows: count });
const kindsOf = (changes: Partial<TargetSnapshot>): unknown[] =>
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

it('what lacks where a river merges is merged again, what is too much is replaced', () => {
  const { river } = aStoredRun();
  const merging = { ...river, target: { ...river.target, load: 'merge' as const } };
  const [there, less, more] = [2, 1, 3].map((count) => rows('2026-01-01', 'a', count));
  const repairs = [less, more].map(
    (found) =>
      verifyTarget(someBooks({ loaded: [there as never], found: [found as never] }), 'prod', merging)
        .findings[0]?.repair,
  );
  const command = `river run ${river.name} --start 2026-01-01 --end 2026-01-01`;
  expect(repairs).toEqual([command, `${command} --load replace`]);
});

const asked = (
  run: string,
  start: string,
  end: string,
  state: RequestedDays['state'],
  loadedAt: string | null = state === 'loaded' ? '2026-02-01T10:00:00.000Z' : null,
): RequestedDays => ({ run, start, end, state, loadedAt });

it('days that a run under way has still to load are no gap, those of one that is over are, with the retry of it', () => {
  const day = rows('2026-01-01', 'a', 3);
  const books = { loaded: [day], found: [day], asked: [asked('c', '2026-01-02', '2026-01-03', 'open')] };
  const river = aStoredRun().river;
  const findings = (status: KnownRun['status'], changes: Partial<TargetSnapshot> = {}) =>
    verifyTarget(someBooks({ ...books, runs: new Map([['c', aRun({ status })]]), ...changes }), 'prod', river)
      .findings;
  expect(findings('running')).toEqual([]);
  expect(findings('cancelled')).toMatchObject([
    {
      kind: 'gap',
      start: '2026-01-02',
      end: '2026-01-03',
      repair: 'river retry w',
      message: expect.stringContaining('its chunk was not loaded by the run w'),
    },
  ]);
  // A retry of it is under way, which has one of them still to load.
  expect(findings('cancelled', { retrying: [asked('d', '2026-01-02', '2026-01-02', 'open')] })).toMatchObject(
    [{ kind: 'gap', start: '2026-01-03', end: '2026-01-03' }],
  );
});

it('a day of a chunk that was loaded is missed where it is not there, also at the end of the range', () => {
  const day = rows('2026-01-01', 'a', 3);
  const books = { loaded: [day], found: [day], asked: [asked('a', '2026-01-01', '2026-01-02', 'loaded')] };
  expect(kindsOf(books)).toEqual([['gap', '2026-01-02', '2026-01-02']]);
  // What was loaded into a table that is gone went with it.
  expect(kindsOf({ ...books, madeAt: '2026-02-01T10:00:01.000Z' })).toEqual([]);
  expect(kindsOf({ ...books, forgotten: ['2026-01-02'] })).toEqual([]);
});

it('what lies between periods that runs had is no gap', () => {
  const both = [rows('2026-01-31', 'a', 3), rows('2026-03-01', 'b', 3)];
  const periods = [
    asked('a', '2026-01-31', '2026-01-31', 'loaded'),
    asked('b', '2026-03-01', '2026-03-01', 'loaded'),
  ];
  expect(kindsOf({ loaded: both, found: both, asked: periods })).toEqual([]);
});

it('of several runs that have failed on a day the last one is to be retried', () => {
  const runs = new Map([
    ['a', aRun({ workflowId: 'first' })],
    ['b', aRun({ workflowId: 'second' })],
  ]);
  const failed = ['b', 'a'].map((run) => asked(run, '2026-01-02', '2026-01-02', 'failed'));
  const { findings } = verifyTarget(someBooks({ runs, asked: failed }), 'prod', aStoredRun().river);
  expect(findings).toMatchObject([{ kind: 'gap', repair: 'river retry second' }]);
});

it('days that a run had and that are neither loaded nor forgotten are gaps, and no others', () => {
  const day = (n: number) => addDays('2026-01-01', n);
  const someDays = fc.uniqueArray(fc.nat(30), { maxLength: 12 }).map((days) => days.map(day));
  const state = fc.constantFrom('loaded' as const, 'failed' as const, 'open' as const);
  const chunks = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(25), fc.nat(5), state), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(chunks, someDays, someDays, (had, there, forgotten) => {
      const stretches = had.map(([run, first, length, is]) =>
        asked(run, day(first), day(first + length), is),
      );
      const loaded = there.map((each) => rows(each, 'a', 1));
      const gaps = findGaps(someBooks({ asked: stretches, loaded, found: loaded, forgotten })).map(
        (gap) => gap.day,
      );
      const wanted = new Set(stretches.flatMap((stretch) => [...eachDay(stretch)]));
      expect(gaps.sort()).toEqual(
        [...wanted].filter((each) => !there.includes(each) && !forgotten.includes(each)).sort(),
      );
    }),
  );
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
