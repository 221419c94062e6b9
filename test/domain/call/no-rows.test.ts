import { expect, test } from 'vitest';
import { type CallStatus, createMissing, createRefused } from '#domain/call/no-rows';
import { ReportRefusedError } from '#domain/errors';
import { reportBySlug } from '../../helpers/report-by-slug.ts';

const groups = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const calls = (day: string, action: number, statusOf: (group: number) => number, called = groups) =>
  called.map((group) => ({
    call: `GetCustomersByAction?Date=${day}&ActionID=${action}&RecipientGroupID=${group}`,
    status: statusOf(group),
  }));

function refusedTogether(answered: readonly CallStatus[]): string[] {
  const refused = createRefused(reportBySlug('customers-by-action'));
  for (const { call, status } of answered) if (status === 400) refused.add(call);
  for (const each of answered) refused.hear(each);
  return refused.warnings();
}

test('without a refusal there is nothing to say', () => {
  expect(refusedTogether(calls('2026-01-01', 12, (group) => (group === 3 ? 404 : 200)))).toEqual([]);
  expect(refusedTogether([])).toEqual([]);
});

test('a group that was refused beside others that were answered is a warning', () => {
  expect(refusedTogether(calls('2026-01-01', 12, (group) => (group === 0 ? 400 : 200)))).toEqual([
    'RecipientGroupID 0 was refused (400) by GetCustomersByAction?Date=2026-01-01&ActionID=12&RecipientGroupID=0; taken as no rows.',
  ]);
});

test('“no rows” from one group is answer enough for the nine that were refused', () => {
  expect(refusedTogether(calls('2026-01-01', 12, (group) => (group === 9 ? 404 : 400)))).toHaveLength(9);
});

test('a warning sums up all calls of one group', () => {
  const chunk = ['2026-01-01', '2026-01-02', '2026-01-03'].flatMap((day) =>
    [12, 13].flatMap((action) => calls(day, action, (group) => (group === 0 || group === 9 ? 400 : 200))),
  );
  const warnings = refusedTogether(chunk);
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(/^RecipientGroupID 0 .*ActionID=12&RecipientGroupID=0 and 5 more of its calls/);
  expect(warnings[1]).toMatch(/^RecipientGroupID 9 /);
});

test('all ten groups of one day and action refused fail the chunk, whatever the others answered', () => {
  const chunk = [
    ...calls('2026-01-01', 12, () => 200),
    ...calls('2026-01-01', 13, () => 400),
    ...calls('2026-01-02', 13, () => 200),
  ];
  expect(() => refusedTogether(chunk)).toThrow(ReportRefusedError);
  expect(() => refusedTogether(chunk)).toThrow(
    /GetCustomersByAction\?Date=2026-01-01&ActionID=13 for every RecipientGroupID/,
  );
});

test('where prune leaves few groups, all of those that were called count', () => {
  const two = [3, 7];
  expect(refusedTogether(calls('2026-01-01', 12, (group) => (group === 3 ? 400 : 200), two))).toHaveLength(1);
  const beside = calls('2026-01-02', 12, () => 200);
  for (const chunk of [calls('2026-01-01', 12, () => 400, two), calls('2026-01-01', 12, () => 400, [3])]) {
    expect(() => refusedTogether([...chunk, ...beside])).toThrow(
      /Date=2026-01-01&ActionID=12 for every RecipientGroupID that was called/,
    );
  }
});

test('a call whose later page was answered otherwise was answered', () => {
  const [call] = calls('2026-01-01', 12, () => 400, [3]);
  expect(refusedTogether(call ? [{ ...call, status: 200 }] : [])).toEqual([]);
});

test('a few calls that were answered 404 are each named', () => {
  const missing = createMissing();
  for (const call of ['GetX?Date=2026-01-01', 'GetX?Date=2026-01-02']) missing.add(call);
  expect(missing.count).toBe(2);
  expect(missing.warnings()).toEqual([
    'GetX?Date=2026-01-01 answered 404; taken as "no rows", which is how some servers say it.',
    'GetX?Date=2026-01-02 answered 404; taken as "no rows", which is how some servers say it.',
  ]);
});

test('after rows it is the end of a call, and no call without rows', () => {
  const missing = createMissing();
  missing.add('GetX?Date=2026-01-01', 2);
  expect(missing.count).toBe(0);
  expect(missing.warnings()).toEqual([
    'GetX?Date=2026-01-01 answered 404 after rows; taken as their end, which is how some servers say it.',
  ]);
});

test('of very many the first are named, and the others counted', () => {
  const missing = createMissing();
  for (let day = 0; day < 20_000; day += 1) missing.add(`GetX?Date=${day}`);
  expect(missing.count).toBe(20_000);
  expect(missing.warnings()).toHaveLength(100);
  expect(missing.warnings().at(-1)).toBe('19901 more calls answered 404; taken as "no rows".');
});
