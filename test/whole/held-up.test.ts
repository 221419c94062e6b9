import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type RunEnd, waitForEnd } from '#control/run-end';
import { type RunHandle, startRun } from '#control/start-run';
import type { CallBudget } from '#domain/budget/budget-state';
import { budgetWorkflowId, createCallBudget } from '#domain/budget/call-budget';
import { saveBudget } from '#domain/budget/save-budget';
import { taskQueue } from '#domain/run/temporal-names';
import type { Fault } from '#simulator/faults/fault-kinds';
import { daysBetween } from '../helpers/days-between.ts';
import { variable } from '../helpers/variable.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';

const days = daysBetween('2026-01-01', '2026-01-03');
const details = {
  report: 'customer-action-details-by-date',
  period: { start: '2026-01-01', end: '2026-01-03' },
  chunks: { every: 'daily' },
  target: { table: 'details' },
};
const [second, hour, day] = [1_000, 3_600_000, 86_400_000];
const budget = [{ calls: 1_000, per: '10s' }];

const expectedRows = ({ simulator }: Rivers) =>
  simulator.world.rowCount('customer-action-details-by-date', { days });

const start = ({ temporal }: Rivers, workflowId: string) =>
  startRun(
    { ...temporal, close: async () => {} },
    { river: 'details', input: { river: 'details' }, workflowId },
  );

function rowsOf(end: RunEnd): number | null {
  if (end.end !== 'succeeded') throw new Error(`the run did not succeed: ${JSON.stringify(end)}`);
  return end.result.rows;
}

/** The run waits on a timer, for long, and none of its activities is under way. */
async function untilItWaits({ temporal }: Rivers, workflowId: string): Promise<number> {
  const handle = temporal.client.workflow.getHandle(workflowId);
  return vi.waitFor(
    async () => {
      const { waitingUntil } = await handle.query<{ waitingUntil: string | null }, []>('progress');
      const { raw } = await handle.describe();
      expect(raw.pendingActivities ?? []).toHaveLength(0);
      expect(waitingUntil).not.toBeNull();
      return Date.parse(String(waitingUntil));
    },
    { timeout: 150_000, interval: 50 },
  );
}

/** `river budget … --json`, and its exit code. */
async function budgetCommand({ river }: Rivers, ...args: string[]) {
  const { code, stdout, stderr } = await river('budget', ...args, '--json');
  return { code, stderr, json: stdout === '' ? undefined : JSON.parse(stdout) };
}

const throttledUntil = async (house: Rivers): Promise<string | null> =>
  (await budgetCommand(house)).json[0].throttledUntil;

const nextYear = () => new Date(Date.now() + 365 * day).toUTCString();
const login = {
  connection: { budget, auth: { username: 'user', password: variable('SIMULATOR_KEY') } },
  auth: { username: 'user', password: 'key-of-the-simulator' },
};
const onSignIns = { match: { endpoint: 'general/login' } };

/** Lifts the wait of an hour or more; the run is through without it, with every row. */
async function expectLifted(house: Rivers, run: RunHandle, lifted: boolean): Promise<void> {
  const lift = await budgetCommand(house, '--lift', 'main');
  expect(lift).toMatchObject({ code: 0, json: { connection: 'main', lifted } });
  expect(rowsOf(await waitForEnd(run))).toBe(expectedRows(house));
}

describe.concurrent('a wait that the API asks for', () => {
  const cases: [string, () => Fault][] = [
    ['3600000 on 429', () => ({ kind: 'throttle', retryAfter: 3_600_000 })],
    ['a date next year on 503', () => ({ kind: 'outage', as: '503', retryAfter: nextYear() })],
  ];
  it.each(cases)('with Retry-After %s is an hour at most, and a person ends it', (_title, fault) =>
    withRivers(
      { kind: 'sqlite', rivers: { details }, connection: { budget }, simulator: { faults: [fault()] } },
      async (house) => {
        const run = await start(house, 'held-up');
        const until = await untilItWaits(house, 'held-up');
        for (const at of [until, Date.parse(String(await throttledUntil(house)))]) {
          expect(at - Date.now()).toBeGreaterThan(hour - 60 * second);
          expect(at - Date.now()).toBeLessThanOrEqual(hour);
        }
        // The three chunks have a call each, and no more are made.
        expect(house.simulator.stats().calls).toBeLessThanOrEqual(days.length);
        house.simulator.setFaults([]);
        await expectLifted(house, run, true);
        expect(await throttledUntil(house)).toBeNull();
        expect(await budgetCommand(house, '--lift', 'main')).toMatchObject({
          code: 0,
          json: { lifted: false },
        });
      },
    ),
  );

  it('of 0, or in words, is none: 429 and 503 are tried again as they would be without it', () =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: { details },
        simulator: {
          faults: [
            { kind: 'throttle', retryAfter: '0', times: 1 },
            { kind: 'outage', as: '503', retryAfter: 'when it is back', times: 1 },
          ],
        },
      },
      async (house) => {
        expect((await house.pull({ river: 'details' })).rows).toBe(expectedRows(house));
      },
    ));
});

describe('a budget', () => {
  it('that was throttled for 41 days goes on within the hour, or when a person lifts it', () =>
    withRivers({ kind: 'sqlite', rivers: { details }, connection: { budget } }, async (house) => {
      expect(await budgetCommand(house, '--lift', 'mian')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('did you mean "main"?'),
      });
      const never = await budgetCommand(house, '--lift', 'main');
      expect(never).toMatchObject({ code: 0, json: { lifted: false, throttledUntil: null } });
      expect(never.json.message).toContain('no call budget');

      const windows = [{ calls: 1_000, perMs: 10_000 }];
      const saved = createCallBudget(windows);
      saved.windows.backOffUntil = Date.now() + 41 * day;
      saved.throttle = { inRow: 4, since: Date.now() - day, at: Date.now() };
      await house.temporal.client.workflow.start('apiBudget', {
        workflowId: budgetWorkflowId('main'),
        taskQueue,
        args: [{ connection: 'main', windows }, saveBudget(saved)],
      });
      const run = await start(house, 'held-up');
      const until = await untilItWaits(house, 'held-up');
      expect(until - Date.now()).toBeLessThanOrEqual(hour);
      expect(until - Date.now()).toBeGreaterThan(hour - 60 * second);
      expect(house.simulator.stats().calls).toBe(0);
      // Whoever terminates the budget to be rid of the wait is not: it remembers.
      await house.temporal.client.workflow.getHandle(budgetWorkflowId('main')).terminate('by a person');
      await expectLifted(house, run, true);
    }));
});

describe.concurrent('under a login', () => {
  it('a plain 401 in the middle of a run signs in once more, and a sign-in that is refused with 429 waits alone', () =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: { details },
        connection: login.connection,
        simulator: {
          auth: login.auth,
          faults: [
            { kind: 'expiredToken', status: 401, after: 1, times: 1 },
            { kind: 'throttle', ...onSignIns, after: 1, times: 1 },
          ],
        },
      },
      async (house) => {
        const result = await house.pull({ river: 'details' });
        expect(result.rows).toBe(expectedRows(house));
        const calls = house.simulator.calls();
        const signIns = calls.filter(({ path }) => path === 'general/login');
        expect(signIns.map(({ status }) => status)).toEqual([200, 429, 200]);
        expect(await house.sql('select call, status, count(*) as n from river_calls group by 1, 2')).toEqual(
          expect.arrayContaining([
            { call: 'general/login', status: 200, n: 2 },
            { call: 'general/login', status: 429, n: 1 },
          ]),
        );
        expect(result.calls).toBe(calls.length);
        const state = await stateOf(house);
        expect(state.throttle.inRow).toBe(0);
        expect(state.throttle.at).toBeNull();
      },
    ));

  it('a sign-in that is to wait for months waits for an hour at most, on a timer of the run, or until a person lifts it', () =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: { details },
        connection: login.connection,
        simulator: {
          auth: login.auth,
          faults: [{ kind: 'throttle', retryAfter: 3_600_000, ...onSignIns, times: 1 }],
        },
      },
      async (house) => {
        const run = await start(house, 'held-up');
        const until = await untilItWaits(house, 'held-up');
        expect(until - Date.now()).toBeLessThanOrEqual(hour);
        expect(await throttledUntil(house)).toBeNull();
        await expectLifted(house, run, false);
      },
    ));

  it('an edit of the file signs nobody in again, and `check` is content while a worker is signed in', () =>
    withRivers(
      { kind: 'sqlite', rivers: { details }, connection: login.connection, simulator: { auth: login.auth } },
      async (house) => {
        await house.pull({ river: 'details' });
        const text = await readFile(house.file, 'utf8');
        await writeFile(house.file, `# a comment\n${text.replace('budget:', 'pageSize: 5000\n    budget:')}`);
        // A worker looks at the file every 5 s.
        await sleep(6_000);
        await house.pull({ river: 'details' });
        const signIns = () => house.simulator.calls().filter(({ path }) => path === 'general/login');
        expect(signIns().map(({ status }) => status)).toEqual([200]);
        const check = await house.river('check', '--json');
        expect(check.code, check.stdout).toBe(0);
        expect(check.stdout).toContain('its login was not tried, because it is already in use');
        expect(signIns().map(({ status }) => status)).toEqual([200, 429]);
        await house.pull({ river: 'details' });
        expect(signIns()).toHaveLength(2);
      },
    ));

  it('a 401 that comes again stops the run, and names the connection', () =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: { details },
        connection: login.connection,
        simulator: {
          auth: { ...login.auth, severalTokens: true },
          faults: [{ kind: 'status', status: 401, text: 'Unauthorized', match: { endpoint: 'customers/*' } }],
        },
      },
      async (house) => {
        const end = await house.run({ river: 'details' });
        expect(end).toMatchObject({ end: 'failed', kind: 'CredentialsRefusedError' });
        expect(house.simulator.stats().calls).toBeLessThanOrEqual(2 * (days.length + 1));
      },
    ));
});

const stateOf = ({ temporal }: Rivers): Promise<CallBudget> =>
  temporal.client.workflow.getHandle(budgetWorkflowId('main')).query<CallBudget, []>('state');
