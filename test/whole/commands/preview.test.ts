import { describe, expect, it } from 'vitest';
import { documentOf, nowhere } from '../../helpers/commanded.ts';
import { startCommand } from '../../helpers/start-command.ts';
import { variable } from '../../helpers/variable.ts';
import { withRivers } from '../../helpers/with-rivers.ts';

interface Preview {
  readonly call: string | null;
  readonly day: string | null;
  readonly columns: readonly Readonly<Record<string, unknown>>[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly warnings: readonly string[];
}

/** Every call has rows. */
const size = { rowsPerCall: [4, 8], customers: 300 } as const;

const period = { start: '2026-01-01', end: '2026-01-04' };

const rivers = {
  actions: {
    report: 'customers-by-action',
    period,
    filters: { actions: [12], customerAttributes: ['Country', 'Currency'] },
    columns: {
      customer_id: { hash: variable('SALT') },
      country: 'omit',
      currency: { rename: 'currency_code' },
    },
    target: { table: 'actions' },
  },
  sends: {
    report: 'customer-send-details-by-campaign',
    period: { start: '2026-01-01', end: '2026-01-04' },
    target: { table: 'sends' },
  },
  lists: { report: 'target-group-details', target: { table: 'lists' } },
  groups: { report: 'target-group-details', target: { table: 'groups', drift: 'ignore' } },
};

const salted = { rivers, env: { SALT: 'pepper' } };

describe.concurrent('river preview', () => {
  it('shows rows as the table would have them, by one data call within the budget, and makes no table', () =>
    withRivers(
      { rivers, env: { SALT: 'pepper' }, simulator: { size } },
      async ({ river, simulator, sql }) => {
        const hasRows = (day: string) =>
          simulator
            .ask('customers/GetCustomersByAction', { Date: day, ActionID: 12, RecipientGroupID: 1 })
            .then(({ text }) => text !== '[]');
        const days = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'];
        const answers = await Promise.all(days.map(hasRows));
        const day = days[answers.indexOf(true)] ?? 'none';
        const before = simulator.stats().calls;
        const end = await river('preview', 'actions', '--rows', '3', '--day', day, '--json');
        const { columns, rows, ...facts } = documentOf<Preview>(end);
        expect(facts).toEqual({
          river: 'actions',
          report: 'customers-by-action',
          day,
          call: `GetCustomersByAction?Date=${day}&ActionID=12&RecipientGroupID=1`,
          warnings: [],
        });
        expect(columns).toEqual([
          { name: 'date', type: 'date', from: 'call' },
          { name: 'action_id', type: 'integer', from: 'call' },
          { name: 'recipient_group_id', type: 'integer', from: 'call' },
          { name: 'customer_id', type: 'text', from: 'answer', hashed: true },
          { name: 'currency_code', type: 'text', from: 'attribute', was: 'currency' },
        ]);
        expect(rows.length).toBeGreaterThan(0);
        expect(rows.length).toBeLessThanOrEqual(3);
        for (const row of rows) {
          expect(Object.keys(row)).toEqual(columns.map(({ name }) => name));
          expect(row).toMatchObject({ date: day, action_id: 12, recipient_group_id: 1 });
          expect(row.customer_id).toMatch(/^[0-9a-f]{64}$/);
        }
        expect(simulator.stats().calls - before).toBe(1);
        const [budget] = documentOf<{ windows: { used: number }[] }[]>(await river('budget', '--json'));
        expect(budget?.windows[0]?.used).toBe(1);

        const text = await river('preview', 'groups');
        expect(text.stdout).toMatch(/^groups: report target-group-details, \d+ rows\nCall {5}GetTargetGroup/);
        expect(text.stdout).toMatch(/^target_group_id +target_group_name .*\ninteger +text +integer\n/m);
        const tables = await sql(
          `select table_name from information_schema.tables where table_schema = current_schema()`,
        );
        expect(tables).toEqual([]);
      },
    ));

  it('works without Temporal, and asks for the campaigns of a day first where a report needs them', () =>
    withRivers(
      { rivers, env: { SALT: 'pepper' }, worker: false, simulator: { size } },
      async ({ env, simulator }) => {
        const away = { ...env, TEMPORAL_ADDRESS: await nowhere() };
        const end = await startCommand(['preview', 'sends', '--json'], away).end;
        expect(end.code, end.stderr).toBe(0);
        const { call, day, rows } = documentOf<Preview>(end);
        expect(call).toMatch(new RegExp(`found_on=${day}&CampaignID=\\d+`));
        expect(rows[0]).toMatchObject({ found_on: day });
        const { byEndpoint } = simulator.stats();
        expect(byEndpoint['customers/GetCustomerSendDetailsByCampaign']).toBe(1);
      },
    ));

  it('waits for its call where others have used the budget of the moment', () =>
    withRivers(
      { ...salted, connection: { budget: [{ calls: 1, per: '6s' }] } },
      async ({ river, simulator }) => {
        expect((await river('preview', 'lists')).code).toBe(0);
        const again = await river('preview', 'lists');
        expect(again.code, again.stderr).toBe(0);
        expect(simulator.stats()).toMatchObject({ calls: 2 });
      },
    ));

  it('says so where no call is free for longer', () =>
    withRivers({ ...salted, connection: { budget: [{ calls: 1, per: '1h' }] } }, async ({ river }) => {
      expect((await river('preview', 'lists')).code).toBe(0);
      const again = await river('preview', 'lists');
      expect(again).toMatchObject({ code: 3, stdout: '' });
      expect(again.stderr).toContain('has no calls left at the moment; `river budget` shows');
    }));

  it('says what a run does with fields that no report declares, and shows no control character', () =>
    withRivers(
      {
        rivers,
        env: { SALT: 'pepper' },
        worker: false,
        simulator: { faults: [{ kind: 'values', set: { Surprise: 7, TargetGroupName: 'a\u001b[2Jb' } }] },
      },
      async ({ river }) => {
        const ignored = await river('preview', 'groups', '--rows', '1');
        expect(ignored.stdout).toContain('surprise. A run leaves them out (drift: ignore).');
        expect(ignored.stdout).not.toMatch(/^target_group_id .*surprise/m);
        expect(ignored.stdout).not.toContain('\u001b');
        const added = documentOf<Preview>(await river('preview', 'lists', '--rows', '1', '--json'));
        expect(added.columns).toContainEqual({
          name: 'surprise',
          type: 'numeric',
          from: 'answer',
          undeclared: true,
        });
      },
    ));

  it('exits with 2 for what is wrong, with 1 where the key is refused, and with 3 where the API is away', () =>
    withRivers({ rivers, env: { SALT: 'pepper' }, worker: false }, async ({ river, env, simulator }) => {
      for (const [args, said] of [
        [['action'], 'did you mean "actions"?'],
        [['actions', '--rows', '0'], '--rows: expected a whole number from 1 to 1000, got "0"'],
        [['groups', '--day', '2026-01-01'], '--day: the report of groups has no days. Leave --day out.'],
        [['actions', '--day', 'monday'], '--day: expected a day that exists, YYYY-MM-DD, got "monday"\n'],
      ] as const) {
        const end = await river('preview', ...args);
        expect(end, args.join(' ')).toMatchObject({ code: 2, stdout: '' });
        expect(end.stderr).toContain(said);
      }
      const refused = await startCommand(['preview', 'groups'], { ...env, SIMULATOR_KEY: 'no-key' }).end;
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      await simulator.stop();
      expect(await river('preview', 'groups')).toMatchObject({ code: 3, stdout: '' });
    }));
});
