import { expect, test } from 'vitest';
import { readDiscovered } from '../../../src/domain/call/read-discovered.ts';
import type { Value } from '../../../src/domain/column/column.ts';

async function* pages(...given: { columns: string[]; rows: Value[][] }[]) {
  yield* given;
}

test('campaigns are in the order of day, campaign and channel, each once, however they were staged', async () => {
  const columns = ['found_on', 'channel_id', 'campaign_id'];
  const found = await readDiscovered([
    pages(
      {
        columns,
        rows: [
          ['2026-01-02', 505, 7],
          ['2026-01-02', 504, 7],
        ],
      },
      {
        columns,
        rows: [
          ['2026-01-01', 504, 12],
          ['2026-01-01', 504, 9],
          ['2026-01-02', 504, 7],
          ['2026-01-01', 504, null],
        ],
      },
    ),
  ]);
  expect(found).toEqual([
    { foundOn: '2026-01-01', campaignId: 9, channelId: 504 },
    { foundOn: '2026-01-01', campaignId: 12, channelId: 504 },
    { foundOn: '2026-01-02', campaignId: 7, channelId: 504 },
    { foundOn: '2026-01-02', campaignId: 7, channelId: 505 },
  ]);
});

test('campaigns that were found by day alone have no channel', async () => {
  const found = await readDiscovered([
    pages({ columns: ['found_on', 'campaign_id'], rows: [['2026-01-01', '9007199254740993']] }),
  ]);
  expect(found).toEqual([{ foundOn: '2026-01-01', campaignId: '9007199254740993', channelId: null }]);
});

test('a report without list slices has found nothing', async () => {
  expect(await readDiscovered([])).toEqual([]);
});
