import { expect, test } from 'vitest';
import type { ColumnChoices } from '#domain/column/chosen-columns';
import { RiverSetting } from '#domain/river/river';
import { explainColumnChanges } from '#domain/run/column-changes';

const target = { warehouse: 'test', table: 'sample' };
const river = (columns: ColumnChoices | undefined, load = 'replace') => ({
  name: 'sample',
  ...RiverSetting.parse({
    report: 'customers-by-action',
    connection: 'main',
    target: { ...target, load },
    columns,
  }),
});
const salts = { s: 'fingerprint 1', t: 'fingerprint 2' };
const anew =
  '. They are those of 2026-01-01 to 2026-01-02; `river run sample --start 2026-01-01 --end 2026-01-02` loads them again';

test.each<[ColumnChoices | undefined, ColumnChoices | undefined, string | undefined]>([
  [undefined, undefined, undefined],
  [{ a: 'omit' }, { a: 'omit' }, undefined],
  [{ a: { hash: 's', rename: 'b' } }, { a: { rename: 'b', hash: 's' } }, undefined],
  [
    undefined,
    { a: 'omit' },
    'a is left out now; rows that are there keep their plain values in a, which stays and is null from now on',
  ],
  [
    { a: { hash: 's' } },
    { a: 'omit' },
    'a is left out now; rows that are there keep their hashes in a, which stays and is null from now on',
  ],
  [{ a: 'omit' }, undefined, 'a is stored now, and was left out; it is null in the rows that are there'],
  [undefined, { a: { hash: 's' } }, 'a is hashed now; rows that are there keep their plain values in a'],
  [
    undefined,
    { a: { hash: 's', rename: 'b' } },
    'a is hashed now; rows that are there keep their plain values in a, which stays and is null from now on; new rows have theirs in b',
  ],
  [{ a: { hash: 's' } }, {}, 'a is not hashed any more; rows that are there keep their hashes in a'],
  [
    { a: { hash: 's' } },
    { a: { hash: 't' } },
    'a is hashed with another salt now; equal values of rows that are there and of new ones have different hashes',
  ],
  [
    { a: { rename: 'b' } },
    { a: { rename: 'c' } },
    'a is stored in c now; rows that are there keep their plain values in b, which stays and is null from now on',
  ],
  [
    undefined,
    { a: { type: 'numeric' } },
    "a is numeric now; a column that is there keeps its type, and what does not fit it goes by the river's drift",
  ],
])('%j, then %j', (before, now, says) => {
  const days = ['2026-01-02', '2026-01-01'];
  const loads = [{ columns: before, salts, days }];
  expect(explainColumnChanges(river(now), salts, loads)).toEqual(
    says === undefined ? [] : [`columns: ${says}${anew}`],
  );
  const appended = explainColumnChanges(river(now, 'append'), salts, loads);
  expect(appended).toEqual(says === undefined ? [] : [`columns: ${says}`]);
});

test('a salt of the same name that has changed is another one; adopted rows were hashed by nothing', () => {
  const hash = { a: { hash: 's' } };
  const days = ['2026-01-01'];
  expect(explainColumnChanges(river(hash), { s: 'new' }, [{ columns: hash, salts, days }])[0]).toContain(
    'another salt',
  );
  expect(explainColumnChanges(river(hash), salts, [{ columns: hash, salts: undefined, days }])[0]).toContain(
    'keep their plain values',
  );
  expect(
    explainColumnChanges(river(hash), salts, [{ columns: undefined, salts: undefined, days: [] }]),
  ).toEqual([
    'columns: a is hashed now; rows that are there keep their plain values in a. The next run replaces them',
  ]);
});

test('a column by which rows are found again: renamed it is refused, hashed otherwise the old rows stay beside the new ones', () => {
  const says = (before: ColumnChoices | undefined, now: ColumnChoices | undefined, load?: string) =>
    explainColumnChanges(river(now, load), salts, [{ columns: before, salts, days: ['2026-01-01'] }]);
  expect(says(undefined, { date: { rename: 'day' } })).toEqual([
    'columns: date is stored in day now; no run finds the rows that are there again, so each is refused until that column of sample is renamed (date to day)',
  ]);
  expect(says(undefined, { date: { rename: 'day' } }, 'append')[0]).toContain('stays and is null');
  expect(says(undefined, { customer_id: { rename: 'who', hash: 's' } }, 'merge')[0]).toContain(
    'customer_id to who',
  );
  expect(says({ customer_id: { hash: 's' } }, { customer_id: { hash: 't' } }, 'merge')).toEqual([
    'columns: customer_id is hashed with another salt now; no run finds the rows that are there again by this part of their key: they stay, with their hashes, beside the new ones',
  ]);
  expect(says(undefined, { customer_id: { hash: 's' } })[0]).toContain('loads them again');
});
