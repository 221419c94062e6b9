import { expect, it } from 'vitest';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { withRivers } from '../helpers/with-rivers.ts';

const days = daysBetween('2026-01-01', '2026-01-02');
const period = { start: days[0], end: days.at(-1) };

/** The tenant's names as somebody has typed them who cannot see the difference. */
const typed = {
  'Free Spins': '\u3000Free\u00a0\u2009Spins \t',
  'Très actifs': 'Tre\u0300s  actifs ',
  Optimail: 'OPTI\u200bMAIL\u00a0',
  SMS: ' sms',
  New: 'Neu\u00df',
  Active: ' 3 ',
};

const rivers = {
  actions: {
    report: 'customers-by-action',
    period,
    filters: { actions: ['free spins\u00a0', ' 15 '] },
    target: { table: 'actions' },
  },
  groups: {
    report: 'actions-by-target-group',
    period,
    filters: { targetGroups: ['TRE\u0300S\u2003ACTIFS'] },
    target: { table: 'groups' },
  },
  channels: {
    report: 'executed-campaigns-by-channel',
    period,
    filters: { executionChannels: ['opti mail', 'SMS\t'] },
    target: { table: 'channels' },
  },
  stages: {
    report: 'customer-future-values',
    filters: { lifecycleStages: ['NEUSS', '3\u00a0'] },
    target: { table: 'stages' },
  },
  events: {
    report: 'campaign-interaction-customers',
    period,
    filters: { events: ['\u00a0Opened ', ' 3'], executionChannels: [504] },
    target: { table: 'events' },
  },
  all: { report: 'all-actions', target: { table: 'all_actions' } },
  strange: {
    report: 'actions-by-target-group',
    period,
    filters: { targetGroups: ['\u00a0'] },
    target: { table: 'groups' },
  },
};

it('names are found however case, accents and blanks are written, on either side, and stored as they came', () =>
  withRivers({ rivers }, async (house) => {
    const { simulator, pull, sql } = house;
    simulator.setFaults([{ kind: 'names', as: typed }]);
    const { strange: _, ...found } = rivers;
    await Promise.all(Object.keys(found).map((river) => pull({ river })));
    await expectTable(house, {
      slug: 'customers-by-action',
      table: 'actions',
      wanted: { days, actions: [12, 15] },
    });
    await expectTable(house, {
      slug: 'actions-by-target-group',
      table: 'groups',
      wanted: { days, targetGroups: [19] },
    });
    expect(await sql('select distinct channel_id from channels order by channel_id')).toEqual(
      [504, 505].map((channel_id) => ({ channel_id })),
    );
    // " 3 " is the name of a stage, and so no id.
    expect(await sql('select distinct lifecycle_stage_id as id from stages order by 1')).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
    expect(await sql('select distinct event_id as id from events order by 1')).toEqual([
      { id: 2 },
      { id: 3 },
    ]);
    expect(await sql('select action_name from all_actions where action_id = 12')).toEqual([
      { action_name: typed['Free Spins'] },
    ]);
    expect(await house.run({ river: 'strange' })).toMatchObject({
      end: 'failed',
      kind: 'ConfigurationError',
      message: expect.stringMatching(
        /filters\.targetGroups\[0\]: there is no "\u00a0".* Correct the filters, then: river run strange --start 2026/s,
      ),
    });
  }));
