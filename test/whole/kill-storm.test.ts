import { expect, it } from 'vitest';
import { withKillHouse } from '../helpers/kills/house.ts';
import { riversOfRounds, settingsOf } from '../helpers/kills/rivers.ts';
import { storm } from '../helpers/kills/storm.ts';

/** A few kills of `npm run test:kill`, one of each kind among them. */
it('rivers in SQLite, in Postgres and with books apart load every row once, whatever is killed', async () => {
  const dayCount = 120;
  const rivers = settingsOf(riversOfRounds(10, dayCount));
  const figures = await withKillHouse({ rivers, workers: 3, latencyMs: [50, 300] }, (house) =>
    storm(house, {
      seed: '1',
      kills: 9,
      first: [
        'a worker in a commit',
        'the way to Postgres',
        'Postgres',
        'the API',
        'the way to Temporal',
        'the Temporal server',
        'a worker',
        'Postgres',
        'a worker in a commit',
      ],
      killForMs: 60_000,
      endWithinMs: 90_000,
      dayCount,
      say: () => {},
    }),
  );
  expect(figures.faults).toEqual([]);
  expect(figures.kills).toHaveLength(9);
  expect(figures.repeated).toBeLessThanOrEqual(figures.mostLost);
});
