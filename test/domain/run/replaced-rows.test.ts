import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EmptyAnswerError } from '#domain/errors';
import { addDays, type Day } from '#domain/period/date-range';
import { RiverSetting } from '#domain/river/river';
import { judgeReplacement, type RowsByDay } from '#domain/run/replaced-rows';

const runOf = (emptied?: 'keep' | 'allow') => ({
  workflowId: 'daily-1',
  river: {
    name: 'daily',
    ...RiverSetting.parse({
      report: 'customers-by-action',
      connection: 'main',
      target: { warehouse: 'test', table: 'sample', ...(emptied && { emptied }) },
    }),
  },
});
const rows = (counts: Record<string, number>): RowsByDay => new Map(Object.entries(counts));
const whole = (count: number): RowsByDay => new Map([[null, count]]);

describe('where no rows came at all', () => {
  it('rows that stand there are not removed, and it is said how many, of which days, and what to do', () => {
    const before = rows({ '2026-01-01': 200, '2026-01-02': 0, '2026-01-03': 400 });
    const after = rows({ '2026-01-01': 0, '2026-01-02': 0, '2026-01-03': 0 });
    const judging = () => judgeReplacement(runOf(), before, after);
    expect(judging).toThrow(EmptyAnswerError);
    expect(judging).toThrow(
      '600 rows of 2026-01-01 to 2026-01-03 would be deleted, the API returned none. Nothing was changed. ' +
        'If they are really gone, `river retry daily-1 --allow-emptied` deletes them; `target.emptied: allow` does so in every run.',
    );
    expect(() => judgeReplacement(runOf(), whole(1), whole(0))).toThrow(
      /^1 row of sample would be deleted, the API returned none\./,
    );
  });

  it('where none stand there is nothing to say', () => {
    for (const nothing of [rows({ '2026-01-01': 0 }), whole(0), rows({})])
      expect(judgeReplacement(runOf(), nothing, nothing)).toEqual({ kept: [], warnings: [] });
  });

  it('they are removed where that is allowed, and that is said', () => {
    const before = rows({ '2026-01-01': 1, '2026-01-02': 5, '2026-01-04': 4 });
    expect(judgeReplacement(runOf('allow'), before, rows({}))).toEqual({
      kept: [],
      warnings: [
        {
          start: '2026-01-01',
          end: '2026-01-02',
          message:
            '6 existing rows for 2026-01-01 to 2026-01-02 were deleted; the API returned none, and this run allows that.',
          about: 'data',
          emptied: 'deleted',
        },
        expect.objectContaining({ start: '2026-01-04', end: '2026-01-04' }),
      ],
    });
    expect(judgeReplacement(runOf('allow'), whole(3), whole(0)).warnings).toMatchObject([
      { start: null, end: null, message: expect.stringMatching(/^3 existing rows in sample were deleted;/) },
    ]);
  });
});

describe('where some rows came', () => {
  it('a day that had rows and gets none keeps them, neighbours in one warning with the command that deletes them', () => {
    const before = rows({
      '2026-02-28': 2,
      '2026-03-01': 3,
      '2026-03-02': 0,
      '2026-03-03': 9,
      '2026-03-05': 1,
    });
    const { kept, warnings } = judgeReplacement(runOf(), before, rows({ '2026-03-03': 9 }));
    expect(kept).toEqual(['2026-02-28', '2026-03-01', '2026-03-05']);
    expect(warnings).toEqual([
      {
        start: '2026-02-28',
        end: '2026-03-01',
        message:
          '5 existing rows for 2026-02-28 to 2026-03-01 were kept; the API returned none. If they are really gone, ' +
          '`river run daily --start 2026-02-28 --end 2026-03-01 --allow-emptied` deletes them.',
        about: 'data',
        emptied: 'kept',
      },
      expect.objectContaining({ start: '2026-03-05', end: '2026-03-05' }),
    ]);
  });

  it.each([
    [10_000, 3, '3 rows for 2026-01-01 replaced 10000 existing rows: fewer than half.'],
    [3, 1, '1 row for 2026-01-01 replaced 3 existing rows: fewer than half.'],
    [2, 1, undefined],
    [10, 5, undefined],
    [1, 1, undefined],
    [3, 10, undefined],
    [0, 10, undefined],
  ])('a day with %d rows that gets %d', (had, gets, message) => {
    const { kept, warnings } = judgeReplacement(
      runOf(),
      rows({ '2026-01-01': had }),
      rows({ '2026-01-01': gets }),
    );
    expect(kept).toEqual([]);
    expect(warnings.map((warning) => warning.message)).toEqual(message ? [message] : []);
  });

  it('neighbouring days that fall are one warning with their sums; a kept day between them is another', () => {
    const before = rows({ '2026-01-01': 100, '2026-01-02': 50, '2026-01-03': 7, '2026-01-04': 10 });
    const after = rows({ '2026-01-01': 10, '2026-01-02': 5, '2026-01-04': 1 });
    expect(judgeReplacement(runOf(), before, after).warnings.map(({ message }) => message)).toEqual([
      '15 rows for 2026-01-01 to 2026-01-02 replaced 150 existing rows: fewer than half.',
      expect.stringMatching(/^7 existing rows for 2026-01-03 were kept/),
      '1 row for 2026-01-04 replaced 10 existing rows: fewer than half.',
    ]);
    expect(judgeReplacement(runOf(), whole(10), whole(1)).warnings).toMatchObject([
      { start: null, message: '1 row in sample replaced 10 existing rows: fewer than half.' },
    ]);
  });

  it('many stretches are a bounded number of warnings, the last of which sums up what remains', () => {
    const days = Array.from({ length: 100 }, (_, at) => addDays('2026-01-01', 2 * at));
    const before = new Map(days.map((day) => [day, 1]));
    const { warnings } = judgeReplacement(runOf(), before, rows({ '2027-01-01': 1 }));
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toMatchObject({ start: '2026-02-10', end: '2026-07-18' });
    expect(warnings.at(-1)?.message).toMatch(
      /^80 existing rows for 80 days of 2026-02-10 to 2026-07-18 were kept/,
    );
  });
});

it('whatever comes, no day loses all its rows unless that is allowed, and each row is spoken of once', () => {
  const counts = fc.dictionary(
    fc.integer({ min: 0, max: 60 }).map((day) => addDays('2026-01-01', day)),
    fc.nat({ max: 30 }),
  );
  fc.assert(
    fc.property(counts, counts, fc.constantFrom('keep' as const, 'allow' as const), (had, gets, emptied) => {
      const emptiedDays = Object.keys(had).filter((day) => (had[day] ?? 0) > 0 && (gets[day] ?? 0) === 0);
      const brings = Object.values(gets).some((count) => count > 0);
      let judged: { readonly kept: readonly Day[]; readonly warnings: readonly { message: string }[] };
      try {
        judged = judgeReplacement(runOf(emptied), rows(had), rows(gets));
      } catch (error) {
        expect(error).toBeInstanceOf(EmptyAnswerError);
        expect([emptied, brings, emptiedDays.length > 0]).toEqual(['keep', false, true]);
        return;
      }
      expect(emptied === 'allow' || brings || emptiedDays.length === 0).toBe(true);
      expect([...judged.kept].sort()).toEqual(emptied === 'keep' ? emptiedDays.sort() : []);
      const spoken = judged.warnings
        .filter(({ message }) => /\b(?:was|were) (kept|deleted)/.test(message))
        .reduce((sum, { message }) => sum + Number(message.split(' ')[0]), 0);
      expect(spoken).toBe(emptiedDays.reduce((sum, day) => sum + (had[day] ?? 0), 0));
    }),
  );
});
