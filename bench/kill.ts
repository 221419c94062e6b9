/**
 * `npm run bench:kill`: what is promised of rivers while things are killed, with real processes. Rivers in `replace` and
 * `append`, then in `merge` and `overwrite`, into SQLite, Postgres and a schema with books apart at once, are pulled in rounds, while by chance worker processes (also in the middle
 * of a commit), the Temporal server and Postgres are killed (-9), the ways to both are cut, and the API is away. Then
 * every row, day and call is held against what the simulator was made with. Exit code 1 where anything is off.
 *
 * `--seed` plans the same kills again, `--kills` says how many, `--quick` does a fifth of them, `--minutes` bounds it all.
 * `--weights 6,2,4,2` says how often workers, Temporal, Postgres and the API are killed: `0,0,100,0` kills one kind alone.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { withKillHouse } from '../test/helpers/kills/house.ts';
import { type KillWeights, usualWeights, weightNames } from '../test/helpers/kills/kill.ts';
import { riversOfRounds, settingsOf } from '../test/helpers/kills/rivers.ts';
import { storm } from '../test/helpers/kills/storm.ts';
import { printFigures } from './kill/print-figures.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    kills: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    quick: { type: 'boolean', default: false },
    weights: { type: 'string', default: Object.values(usualWeights).join() },
  },
});
const weights = weightsIn(values.weights);
const kills = wholeNumber('--kills', values.kills ?? (values.quick ? '20' : '100'));
const endWithinMs = 150_000;
const killForMs = wholeNumber('--minutes', values.minutes) * 60_000 - endWithinMs;
if (killForMs <= 0) refuse(`--minutes: expected at least 3, got ${values.minutes}`);

const dayCount = 300;
/** More than there can be in any time that one waits for. */
const mostRounds = 50;
const startedAt = performance.now();
say(`Seed ${values.seed}, ${kills} kills, at most ${values.minutes} minutes.`);

const figures = await withKillHouse(
  { rivers: settingsOf(riversOfRounds(mostRounds, dayCount)), workers: 4, latencyMs: [50, 500] },
  (house) => storm(house, { seed: values.seed, kills, weights, killForMs, endWithinMs, dayCount, say }),
);
const faults = [
  ...figures.faults,
  ...(figures.kills.length < kills ? [`${figures.kills.length} of ${kills} kills found the time.`] : []),
];
printFigures({ ...figures, faults }, { seed: values.seed, seconds: (performance.now() - startedAt) / 1000 });
process.exitCode = faults.length === 0 ? 0 : 1;

function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) refuse(`${flag}: expected a whole number from 1, got "${text}"`);
  return Number(text);
}

function weightsIn(text: string): KillWeights {
  const numbers = text.split(',').map(Number);
  const areWeights = numbers.every((each) => Number.isInteger(each) && each >= 0 && each <= 1_000);
  if (numbers.length !== weightNames.length || !areWeights || numbers.every((each) => each === 0))
    refuse(`--weights: expected four numbers (${weightNames.join(', ')}), such as 0,0,100,0, got "${text}"`);
  return Object.fromEntries(
    weightNames.map((name, at) => [name, numbers[at] ?? 0]),
  ) as unknown as KillWeights;
}

function refuse(sentence: string): never {
  say(sentence);
  process.exit(2);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
