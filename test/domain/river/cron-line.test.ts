import { describe, expect, it } from 'vitest';
import { cronFields, cronText, oddities } from '#domain/river/cron-line';

describe('a cron line in its one spelling', () => {
  it.each([
    ['0 6 * * *', '0 6 * * *'],
    ['  */15  6   *  * MON-FRI ', '0,15,30,45 6 * * 1-5'],
    ['5/20 0-23 1-31 1-12 0-6', '5,25,45 * * * *'],
    ['0,1,2,10 22-23 1,15 jan,Mar 7', '0-2,10 22-23 1,15 1,3 0'],
    ['0 0 1-10/3 * 5-7', '0 0 1,4,7,10 * 0,5-6'],
    ['0 0 * * sunday,mon', '0 0 * * 0-1'],
  ])('%s is %s', (cron, spelled) => {
    expect(cronText(cronFields(cron))).toBe(spelled);
    expect(cronText(cronFields(spelled))).toBe(spelled);
  });
});

describe('what a person may not expect of a cron line', () => {
  it.each([
    ['0 6 * * *', []],
    [' */15  6  1-5 * * ', []],
    ['0 6 * * MON-FRI', []],
    ['0 6 */1 * 1', []],
    [
      '0 6 1 * 1',
      [
        'its cron line names a day of the month (1) and a day of the week (1): Temporal starts it only on days that are both',
      ],
    ],
    ['5/10,1 6/6 * * *', ['its cron line 5/10,1 6/6 * * * means 5-59/10,1 6-23/6 * * *']],
  ])('%s: %s', (cron, said) => {
    expect(oddities(cron)).toEqual(said);
  });
});
