import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const machines = [
  { timeZone: 'UTC', minutesBehindUtc: 0 },
  { timeZone: 'Pacific/Kiritimati', minutesBehindUtc: -14 * 60 },
  { timeZone: 'America/St_Johns', minutesBehindUtc: 3.5 * 60 },
];

/** The same tests on machines whose local time is as far from UTC as it gets: it must have no say. */
export function describeOnMachinesEverywhere(title: string, body: () => void): void {
  describe.each(machines)(`${title}, on a machine in $timeZone`, ({ timeZone, minutesBehindUtc }) => {
    const before = process.env.TZ;
    beforeAll(() => {
      process.env.TZ = timeZone;
    });
    afterAll(() => {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    });

    test('the machine keeps that local time', () => {
      expect(new Date('2026-01-15T12:00:00Z').getTimezoneOffset()).toBe(minutesBehindUtc);
    });

    body();
  });
}
