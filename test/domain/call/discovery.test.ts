import { expect, test } from 'vitest';
import { readDiscovered } from '#domain/call/discovery';
import type { Value } from '#domain/column/column';
import { RowShapeError } from '#domain/errors';

async function* pages(...given: { columns: string[]; rows: Value[][] }[]) {
  for (const page of given) yield { call: 'GetExecutedCampaignDetails?Date=2026-01-01', ...page };
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

test.each([null, '', 'n/a', '12 ', '007'])(
  'a campaign whose id is %j is refused, with its call and its row',
  async (id) => {
    const columns = ['found_on', 'campaign_id'];
    const read = () =>
      readDiscovered([
        pages({
          columns,
          rows: [
            ['2026-01-01', 12],
            ['2026-01-01', id],
          ],
        }),
      ]);
    await expect(read()).rejects.toThrow(RowShapeError);
    await expect(read()).rejects.toThrow(
      /GetExecutedCampaignDetails\?Date=2026-01-01 .*number 2.* campaign_id is no id/,
    );
  },
);

test('so is a channel that is no number; one beyond 2^53 keeps its digits', async () => {
  const columns = ['found_on', 'channel_id', 'campaign_id'];
  const read = (channel: Value) => readDiscovered([pages({ columns, rows: [['2026-01-01', channel, 12]] })]);
  for (const channel of [null, 'n/a', '504 '])
    await expect(read(channel)).rejects.toThrow(/number 1.* channel_id is no id/);
  expect(await read('9007199254740993')).toEqual([
    { foundOn: '2026-01-01', campaignId: 12, channelId: '9007199254740993' },
  ]);
});

test('a report without list slices has found nothing', async () => {
  expect(await readDiscovered([])).toEqual([]);
});
