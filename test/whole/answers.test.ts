import { describe, expect, it } from 'vitest';
import type { RunEnd } from '#control/run-end';
import type { RunResult } from '#domain/run/run-result';
import { repairSentence } from '#domain/run/sentences';
import type { Fault } from '#simulator/faults/fault-kinds';
import type { CallRecord } from '#simulator/stats';
import { daysBetween } from '../helpers/days-between.ts';
import { shareRivers } from '../helpers/share-rivers.ts';
import { variable } from '../helpers/variable.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { withServer } from '../helpers/with-server.ts';

const days = daysBetween('2026-01-01', '2026-01-03');
const details = {
  report: 'customer-action-details-by-date',
  period: { start: '2026-01-01', end: '2026-01-03' },
  chunks: { every: 'daily' },
  target: { table: 'details' },
};
const byAction = {
  report: 'customers-by-action',
  period: { start: '2026-01-01', end: '2026-01-01' },
  filters: { actions: [12] },
  target: { table: 'by_action' },
};
const onDay = (day: string) => ({ match: { parameters: { Date: day } } });

function failedWith(end: RunEnd) {
  if (end.end !== 'failed' || !end.result)
    throw new Error(`it did not fail with a result: ${JSON.stringify(end)}`);
  return { kind: end.kind, message: end.message, result: end.result };
}

const rowsOf = async ({ sql }: Rivers, table = 'details') =>
  Number((await sql(`select count(*) as n from ${table}`))[0]?.n);
const expectedRows = ({ simulator }: Rivers) =>
  simulator.world.rowCount(details.report as 'customer-action-details-by-date', { days });

const impatient = { ...details, giveUpAfter: '3s', target: { table: 'impatient' } };
const shared = shareRivers({ kind: 'sqlite', rivers: { details, impatient } });
/** The shared rivers with a simulator as at its start, but for these faults, and without the table of earlier runs. */
async function anew(...faults: Fault[]): Promise<Rivers> {
  const house = shared();
  house.simulator.reset();
  house.simulator.setFaults(faults);
  await house.sql('drop table if exists details');
  return house;
}

describe('what passes by itself is tried again', () => {
  const passing: [string, Fault][] = [
    ['503', { kind: 'outage', as: '503', times: 2 }],
    ['a reset', { kind: 'outage', as: 'reset', times: 2 }],
    ['a cut body', { kind: 'cutBody', times: 2 }],
    // Below 500 it would put a base URL in doubt where nothing was answered yet: odd-answers has that.
    ['an HTML page', { kind: 'html', status: 503, times: 2 }],
    ['a body that is no JSON', { kind: 'wrongJson', times: 2 }],
    ['408', { kind: 'status', status: 408, times: 2 }],
  ];
  const oneEach = passing.map(([name, fault], at) => ({ name, fault, day: `2026-01-0${at + 1}` }));
  /** One run for all of them: each has a day, and the last day has none. */
  let pulled: Promise<{ house: Rivers; result: RunResult; calls: readonly CallRecord[] }> | undefined;
  const pullOnce = async () => {
    const house = await anew(...oneEach.map(({ fault, day }) => ({ ...fault, ...onDay(day) })));
    const result = await house.pull({
      river: 'details',
      period: { start: '2026-01-01', end: '2026-01-07' },
    });
    return { house, result, calls: house.simulator.calls() };
  };
  it.each(oneEach)('$name', async ({ day }) => {
    pulled ??= pullOnce();
    const { house, result, calls } = await pulled;
    const countOf = (of: readonly string[]) =>
      house.simulator.world.rowCount('customer-action-details-by-date', { days: of });
    const all = daysBetween('2026-01-01', '2026-01-07');
    expect(result.rows).toBe(countOf(all));
    expect(result.calls).toBe(all.length + 2 * oneEach.length);
    expect(calls).toHaveLength(all.length + 2 * oneEach.length);
    expect(calls.filter(({ parameters }) => parameters.Date === day)).toHaveLength(3);
    expect(await rowsOf(house, `details where "date" = '${day}'`)).toBe(countOf([day]));
    expect(await rowsOf(house)).toBe(result.rows);
  });

  it('429 waits for as long as it is told, spends no attempt and loses nothing', async () => {
    const house = await anew({ kind: 'throttle', retryAfter: 2, times: 1 });
    const result = await house.pull({ river: 'details' });
    expect(result.rows).toBe(expectedRows(house));
    const calls = house.simulator.calls();
    const refused = calls.find(({ status }) => status === 429);
    const after = calls.filter(({ sequence }) => sequence > (refused?.sequence ?? 0) + days.length);
    expect(refused).toBeDefined();
    for (const { at } of after)
      expect(Date.parse(String(at)) - Date.parse(String(refused?.at))).toBeGreaterThanOrEqual(1_900);
    expect(
      await house.sql(`select max(attempts) as n from river_chunks where run_id = '${result.runId}'`),
    ).toEqual([{ n: 1 }]);
  });

  it('429 that does not say how long waits as well, and spends no attempt of an activity', async () => {
    const house = await anew({ kind: 'throttle', times: 2 });
    expect((await house.run({ river: 'details' }, 'throttled')).end).toBe('succeeded');
    expect(await rowsOf(house)).toBe(expectedRows(house));
    const { events } = await house.temporal.client.workflow.getHandle('throttled').fetchHistory();
    const attempts = (events ?? []).flatMap(
      ({ activityTaskStartedEventAttributes: started }) => started?.attempt ?? [],
    );
    expect(attempts.length).toBeGreaterThan(days.length);
    expect(new Set(attempts)).toEqual(new Set([1]));
  });

  it.each<Fault>([
    { kind: 'expiredToken', after: 1, times: 1 },
    { kind: 'expiredToken', page: true, after: 1, times: 1 },
  ])('an expired token signs in once more: %j', (expired) =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: { details },
        connection: { auth: { username: 'user', password: variable('SIMULATOR_KEY') } },
        simulator: {
          auth: { username: 'user', password: 'key-of-the-simulator', severalTokens: true },
          faults: [expired],
        },
      },
      async (house) => {
        const result = await house.pull({ river: 'details' });
        expect(result.rows).toBe(expectedRows(house));
        expect(result.calls).toBe(house.simulator.stats().calls);
      },
    ),
  );
});

describe('what is refused for good fails its chunk, and the others go on', () => {
  const refused: [string, Fault, RegExp][] = [
    ['400', { kind: 'status', status: 400, text: 'no such day' }, /400.*no such day/],
    ['405', { kind: 'status', status: 405 }, /405/],
    ['a JSON text in place of rows', { kind: 'jsonString', text: 'try later' }, /try later/],
  ];
  const oneEach = refused.map(([name, fault, said], at) => ({
    name,
    fault,
    said,
    day: `2026-01-0${at + 2}`,
  }));
  /** One run for all of them: each has a day, and the first and the last day have none. */
  let ended: Promise<ReturnType<typeof failedWith> & { house: Rivers }> | undefined;
  const runOnce = async () => {
    const house = await anew(...oneEach.map(({ fault, day }) => ({ ...fault, ...onDay(day) })));
    const end = await house.run({ river: 'details', period: { start: '2026-01-01', end: '2026-01-05' } });
    return { house, ...failedWith(end) };
  };
  it.each(oneEach)('$name', async ({ said, day }) => {
    ended ??= runOnce();
    const { house, kind, message, result } = await ended;
    expect(kind).toBe('ChunksFailed');
    expect(message).toContain('details: 3 of 5 chunks failed, 2 loaded.');
    expect(result).toMatchObject({
      status: 'failed',
      chunks: { total: 5, loaded: 2, failed: 3, skipped: 0 },
    });
    expect(result.failedChunks).toHaveLength(3);
    const failed = result.failedChunks.filter(({ start }) => start === day);
    expect(failed).toMatchObject([{ end: day, error: expect.stringMatching(said) }]);
    expect(failed[0]?.error).toContain(day);
    expect(await rowsOf(house)).toBe(result.rows);
    expect(result.rows).toBeGreaterThan(0);
  });

  it('a call that has only failed for giveUpAfter', async () => {
    const house = await anew({ kind: 'status', status: 500, ...onDay('2026-01-02') });
    const { result } = failedWith(await house.run({ river: 'impatient' }));
    expect(result.chunks).toEqual({ total: 3, loaded: 2, failed: 1, skipped: 0 });
    expect(result.failedChunks[0]?.error).toMatch(/^RefusedError: Given up/);
  });
});

describe('404 is "no rows" where the base URL is right', () => {
  it('on some calls, with a warning that names them', () =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: { details },
        simulator: { faults: [{ kind: 'notFound', ...onDay('2026-01-02') }] },
      },
      async (house) => {
        const result = await house.pull({ river: 'details' });
        expect(result.chunks?.loaded).toBe(3);
        expect(result.warnings).toHaveLength(1);
        expect(result.warnings[0]).toMatchObject({ start: '2026-01-02', end: '2026-01-02' });
        expect(result.warnings[0]?.message).toContain('GetCustomerActionDetailsByDate?Date=2026-01-02');
      },
    ));

  it('on every data call, once GetLastDataUpdate has answered', () =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: { details },
        simulator: { faults: [{ kind: 'notFound', match: { endpoint: 'customers/*' } }] },
      },
      async (house) => {
        const result = await house.pull({ river: 'details' });
        expect(result).toMatchObject({ rows: 0, chunks: { loaded: 3 } });
        expect(result.calls).toBe(house.simulator.stats().calls);
      },
    ));

  it.each([401, 403])('on every data call, where GetLastDataUpdate is refused with %d', (status) =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: { details },
        simulator: {
          faults: [
            { kind: 'notFound', match: { endpoint: 'customers/*' } },
            { kind: 'status', status, match: { endpoint: 'GetLastDataUpdate' } },
          ],
        },
      },
      async (house) => {
        expect(await house.pull({ river: 'details' })).toMatchObject({ rows: 0, chunks: { loaded: 3 } });
      },
    ),
  );

  it('and everywhere it fails the run and removes nothing', () =>
    withRivers({ kind: 'sqlite', rivers: { details } }, async (house) => {
      const before = await house.pull({ river: 'details' });
      house.simulator.setFaults([{ kind: 'notFound' }]);
      const { kind, message, result } = failedWith(await house.run({ river: 'details' }));
      expect(kind).toBe('ConfigurationError');
      expect(message).toMatch(/base URL/);
      expect(result.chunks).toEqual({ total: 3, loaded: 0, failed: 3, skipped: 0 });
      expect(await rowsOf(house)).toBe(before.rows);
    }));
});

describe('one recipient group of ten', () => {
  it('may be refused: no rows, and a warning', () =>
    withRivers(
      { kind: 'sqlite', rivers: { byAction }, simulator: { refuseRecipientGroups: [0] } },
      async (house) => {
        const result = await house.pull({ river: 'byAction' });
        expect(result.calls).toBe(10);
        expect(result.warnings.map(({ message }) => message).join()).toMatch(/RecipientGroupID.*0/);
      },
    ));

  it('but not where its first page was answered: what is there would be cut', () =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: { byAction },
        connection: { pageSize: 20 },
        simulator: {
          size: { rowsPerCall: [25, 25] },
          faults: [
            {
              kind: 'status',
              status: 400,
              match: { parameters: { $skip: '20' } },
            },
          ],
        },
      },
      async (house) => {
        const { kind, result } = failedWith(await house.run({ river: 'byAction' }));
        expect(kind).toBe('ChunksFailed');
        expect(result.failedChunks[0]?.error).toMatch(/\$top=20, \$skip=20\) with 400/);
        expect(result.rows).toBe(0);
      },
    ));

  it('but not all of them', () =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: { byAction },
        simulator: { refuseRecipientGroups: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
      },
      async (house) => {
        const { kind, result } = failedWith(await house.run({ river: 'byAction' }));
        expect(kind).toBe('ChunksFailed');
        expect(result.failedChunks[0]?.error).toMatch(/for every RecipientGroupID.*`river preview` shows/);
        expect(repairSentence(result)).toMatch(/^Correct the filters, then: river run byAction/);
      },
    ));
});

describe('what concerns the whole connection stops the run', () => {
  it('a wrong key, within seconds, by the name of the connection', () =>
    withRivers(
      { kind: 'sqlite', rivers: { details }, simulator: { auth: { apiKey: 'another' } } },
      async (house) => {
        const { kind, message, result } = failedWith(await house.run({ river: 'details' }));
        expect(kind).toBe('CredentialsRefusedError');
        expect(message).toContain('main');
        expect(result.chunks).toEqual({ total: 3, loaded: 0, failed: 3, skipped: 0 });
        expect(result.failedChunks.every(({ error }) => error.startsWith('CredentialsRefusedError'))).toBe(
          true,
        );
      },
    ));

  it('a redirect, which is not followed: the key goes nowhere else', () =>
    withServer(
      (_request, response) => void response.writeHead(200).end('[]'),
      async (elsewhere, seen) =>
        withRivers(
          {
            kind: 'sqlite',
            rivers: { details },
            simulator: { faults: [{ kind: 'redirect', to: `${elsewhere}/login?secret=1` }] },
          },
          async (house) => {
            const { kind, message } = failedWith(await house.run({ river: 'details' }));
            expect(kind).toBe('ConfigurationError');
            expect(message).toContain(elsewhere);
            expect(message).not.toContain('secret=1');
            expect(seen).toHaveLength(0);
          },
        ),
    ));
});
