import { expect, it } from 'vitest';
import { describeSimulator } from '#simulator/describe-simulator';
import { withSimulator } from '../helpers/with-simulator.ts';

it('says in one line what there is, and no secret', () =>
  withSimulator(
    {
      auth: { apiKey: 'hidden key', username: 'ada', password: 'hidden too' },
      limits: [
        { calls: 2000, perMs: 3_600_000 },
        { calls: 50, perMs: 10_000 },
      ],
    },
    async (simulator) => {
      const { url } = simulator;
      expect(describeSimulator(simulator)).toBe(
        `An Optimove with 27 reports and 10 other calls at ${url}/current, seed 1, signed in to with an X-API-KEY or a login, ` +
          `at most 2000 calls in 1 h and 50 calls in 10 s, pages of up to 10000 rows, counts at ${url}/_simulator/stats`,
      );
    },
  ));
