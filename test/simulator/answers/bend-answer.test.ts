import { expect, it } from 'vitest';
import { withSimulator } from '../../helpers/with-simulator.ts';

const endpoint = 'actions/GetAllActions';
const values = { kind: 'values', match: { endpoint } } as const;

it('puts values and fields into rows, in turns, and takes keys away', () =>
  withSimulator({}, async ({ ask, setFaults }) => {
    const before = JSON.parse((await ask(endpoint)).text);
    setFaults([{ ...values, set: [{ ActionID: '', New: [1] }, { 'New ': null }], remove: ['ActionName'] }]);
    const rows = JSON.parse((await ask(endpoint)).text);
    expect(rows).toHaveLength(before.length);
    expect(rows.slice(0, 3)).toEqual([
      { ActionID: '', New: [1] },
      { ActionID: before[1].ActionID, 'New ': null },
      { ActionID: '', New: [1] },
    ]);
  }));

it('writes JSON text as it is given, of so many rows as it is for, whatever else happens to them', () =>
  withSimulator({}, async ({ ask, setFaults }) => {
    const [, second] = JSON.parse((await ask(endpoint)).text);
    setFaults([
      { ...values, raw: { ActionID: '9007199254740993.50' }, rows: 1 },
      { ...values, raw: { More: 'NaN' }, rows: 1 },
      { kind: 'drift', spellings: ['idsAsText'] },
    ]);
    const { text } = await ask(endpoint);
    expect(text).toMatch(/^\[\{"ActionID":9007199254740993\.50,"ActionName":"[^"]*","More":NaN\}/);
    expect(text).toContain(`{"ActionID":"${second.ActionID}"`);
  }));

it('is for calls that answer one object as well', () =>
  withSimulator({}, async ({ ask, setFaults }) => {
    setFaults([{ kind: 'values', match: { endpoint: 'GetLastDataUpdate' }, set: { Date: 'soon' } }]);
    expect((await ask('general/GetLastDataUpdate')).text).toBe('{"Date":"soon"}');
  }));
