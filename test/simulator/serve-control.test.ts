import { expect, it } from 'vitest';
import { withSimulator } from '../helpers/with-simulator.ts';

const day = '2026-01-05';
const byAction = 'customers/GetCustomersByAction';
const aCall = { Date: day, ActionID: 12, RecipientGroupID: 3 };

it('health, stats and calls need no key and are not counted', () =>
  withSimulator({ limits: [{ calls: 5, perMs: 60_000 }] }, async ({ ask, send, world }) => {
    await ask(byAction, aCall);
    await ask('customers/getnothing');
    for (let call = 0; call < 10; call++) await send('/_simulator/health');
    const rows = world
      .rows('customers-by-action', { days: [day], actions: [12] })
      .filter((row) => row.RecipientGroupID === 3).length;
    expect((await send('/_simulator/health')).json()).toEqual({ ok: true });
    expect((await send('/_simulator/stats')).json()).toEqual({
      calls: 2,
      refused: 0,
      rows,
      inFlight: 0,
      mostInFlight: 1,
      byEndpoint: { [byAction]: 1, unknown: 1 },
      byStatus: { 200: 1, 404: 1 },
      windows: [{ calls: 5, perMs: 60_000, now: 2, most: 2 }],
    });
    expect((await send('/_simulator/calls?after=0')).json()).toEqual([
      {
        sequence: 1,
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        path: byAction,
        parameters: { Date: day, ActionID: '12', RecipientGroupID: '3' },
        status: 200,
        rows,
      },
      expect.objectContaining({ sequence: 2, path: 'customers/getnothing', status: 404 }),
    ]);
    expect((await send('/_simulator/calls?after=1')).json()).toHaveLength(1);
  }));

it('reset clears the counts, not the windows', () =>
  withSimulator({ limits: [{ calls: 2, perMs: 60_000 }] }, async ({ ask, send, stats, calls }) => {
    await ask('actions/GetAllActions');
    await ask('actions/GetAllActions');
    expect((await send('/_simulator/reset', { method: 'POST' })).status).toBe(200);
    expect(stats()).toMatchObject({ calls: 0, byStatus: {} });
    expect((await ask('actions/GetAllActions')).status).toBe(429);
    expect(calls().map((call) => call.sequence)).toEqual([3]);
  }));

it('faults are replaced while it runs', () =>
  withSimulator({}, async ({ ask, send }) => {
    const post = (faults: unknown) =>
      send('/_simulator/faults', { method: 'POST', body: JSON.stringify(faults) });
    expect((await post([{ kind: 'status', status: 418 }])).status).toBe(200);
    expect((await ask('actions/GetAllActions')).status).toBe(418);
    expect((await post({ faults: [] })).status).toBe(200);
    expect((await ask('actions/GetAllActions')).status).toBe(200);
  }));

it('faults that cannot be played are 400 with what is accepted, and change nothing', () =>
  withSimulator({ faults: [{ kind: 'notFound' }] }, async ({ ask, send }) => {
    const answer = await send('/_simulator/faults', { method: 'POST', body: '[{"kind":"nonsense"}]' });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({
      complaints: [
        expect.stringMatching(/^faults\[0\]\.kind: expected one of throttle, .*, got "nonsense"$/),
      ],
      accepted: { kinds: { throttle: ['retryAfter'] } },
    });
    expect((await send('/_simulator/faults', { method: 'POST', body: 'no JSON' })).status).toBe(400);
    expect((await ask('actions/GetAllActions')).status).toBe(404);
  }));

it('the last data update can be moved on', () =>
  withSimulator({}, async ({ ask, send, world }) => {
    const post = (body: unknown) =>
      send('/_simulator/last-data-update', { method: 'POST', body: JSON.stringify(body) });
    expect((await post({ date: '2026-13-01' })).status).toBe(400);
    expect((await post({ date: '2026-02-01' })).status).toBe(200);
    expect((await ask('general/GetLastDataUpdate')).json()).toEqual({ Date: '2026-02-01' });
    expect(world.lastDataUpdate).toBe('2026-01-31');
  }));

it('anything else there is 404 with what there is', () =>
  withSimulator({}, async ({ send }) => {
    const answer = await send('/_simulator/nothing');
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('POST faults');
  }));
