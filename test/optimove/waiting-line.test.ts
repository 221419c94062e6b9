import { expect, test } from 'vitest';
import { WaitingLine } from '../../src/optimove/waiting-line.ts';

const patient = new AbortController().signal;

test('whoever came first is served first', async () => {
  const line = new WaitingLine<string>();
  const waits = [line.join(patient, fail), line.join(patient, fail)];
  line.serveFirst('one');
  line.serveFirst('two');
  expect(await Promise.all(waits)).toEqual(['one', 'two']);
  expect(line.length).toBe(0);
});

test('whoever gives up leaves with their own reason, and the line hears of it', async () => {
  const line = new WaitingLine<string>();
  const stop = new AbortController();
  const lengths: number[] = [];
  const impatient = line.join(stop.signal, () => lengths.push(line.length));
  const other = line.join(patient, fail);
  const reason = new Error('cancelled');
  stop.abort(reason);
  await expect(impatient).rejects.toBe(reason);
  expect(lengths).toEqual([1]);
  line.serveFirst('other');
  expect(await other).toBe('other');
});

test('whoever is sent away leaves those before and behind them in their places', async () => {
  const line = new WaitingLine<string>();
  const [first, second, third] = [
    line.join(patient, fail),
    line.join(patient, fail),
    line.join(patient, fail),
  ];
  const reason = new RangeError('too far back');
  line.sendAway((place) => (place === 1 ? reason : undefined));
  await expect(second).rejects.toBe(reason);
  line.serveFirst('one');
  line.serveFirst('three');
  expect(await Promise.all([first, third])).toEqual(['one', 'three']);
});

test('a signal that is aborted afterwards changes nothing', async () => {
  const line = new WaitingLine<string>();
  const stop = new AbortController();
  const served = line.join(stop.signal, fail);
  const sentAway = line.join(stop.signal, fail);
  line.serveFirst('served');
  line.sendAway(() => new RangeError('too far back'));
  stop.abort();
  expect(await served).toBe('served');
  await expect(sentAway).rejects.toThrow(RangeError);
});

test('nobody is served where nobody waits', () => {
  expect(() => new WaitingLine<string>().serveFirst('one')).toThrow(RangeError);
});

function fail(): void {
  throw new Error('nobody left the line');
}
