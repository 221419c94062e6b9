import { describe, expect, it } from 'vitest';
import { cronFields, cronText } from '../../../src/domain/river/cron-line.ts';

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
