import type { StormFigures } from '../../test/helpers/kills/storm.ts';

/** The kills by what was killed, what the rivers came to, and what is off. */
export function printFigures(
  { kills, runs, rows, calls, repeated, mostLost, faults }: StormFigures,
  { seed, seconds }: { readonly seed: string; readonly seconds: number },
): void {
  const byTarget = Map.groupBy(kills, ({ target }) => target);
  const inFlight = kills.reduce((sum, kill) => sum + kill.inFlight, 0);
  const lines = [
    ...[...byTarget].sort().map(([target, those]) => [`kills of ${target}`, those.length] as const),
    ['kills', kills.length] as const,
    ['runs, into SQLite, Postgres and books apart, all load modes', runs] as const,
    ['rows in their tables, each of them held against the simulator', rows] as const,
    ['calls', calls] as const,
    ['calls repeated', repeated] as const,
    ['calls that may have been lost at the kills', mostLost] as const,
    ['calls that the API had not answered at the kills', inFlight] as const,
    ['seconds', Math.round(seconds)] as const,
    ['seed', seed] as const,
  ];
  const text = lines.map(([what, figure]) => `${what.padEnd(64)} ${figure}`);
  const verdict =
    faults.length === 0
      ? [
          'Every row is there once, river_days and tables agree, no staging is left, and every run ended by itself.',
        ]
      : [`${faults.length} things are off:`, ...faults];
  process.stdout.write(`${[...text, '', ...verdict].join('\n')}\n`);
}
