/**
 * `npm run bench:budget:virtual`: the arithmetic of the shared budget on the real windows, in virtual time, without
 * Temporal. What the least time allows is beside what it took, for 5,000 to 100,000 calls, one run and ten, with 1, 4 and
 * 20 processes, calm and with kills, stalls and late answers, always against a server that counts exactly; then the
 * same beside a stranger who uses the same key, and through an outage, without and with Retry-After.
 *
 * `--calls 5000,20000,100000` says how many.
 */
import { parseArgs } from 'node:util';
import { leastTimeMs } from '#domain/budget/least-time';
import { defaultBudget } from '#domain/budget/window';
import {
  durationsOf,
  slowestShare,
  throttledBetween,
  timeOverLeast,
} from '../test/domain/budget/virtual/figures.ts';
import { calmScenario, rivalRuns, type Scenario } from '../test/domain/budget/virtual/scenario.ts';
import { type Played, simulate } from '../test/domain/budget/virtual/simulate.ts';

const { values: options } = parseArgs({
  options: { calls: { type: 'string', default: '5000,20000,100000' } },
});
const [minute, hour] = [60_000, 3_600_000];
/** The 40 calls that are kept for small runs in each hour are enough for eight of 5 calls. */
const apartMs = 8 * minute;
const badLuck = { slowUpdates: 0.03, stallsEveryMs: 20_000, stallsForMs: 8_000, killsEveryMs: 2 * minute };
const [longest] = defaultBudget;
if (!longest) throw new Error('the default budget has no window');

const widths = [9, 6, 11, 12, 9, 11, 12, 14, 16, 15, 0];

say([
  'calls',
  'runs',
  'processes',
  'bad luck',
  'fullest',
  'refused',
  'time÷least',
  'slowest share',
  'small run',
  'asked a second',
  'µs',
]);
for (const calls of options.calls.split(',').map(Number)) {
  for (const processes of [1, 4, 20]) {
    for (const runs of [1, 10]) {
      for (const luck of [{}, badLuck]) line(calls, runs, processes, luck);
    }
  }
}

/** A backfill, or ten, and small runs that begin at odd moments. */
function line(calls: number, runs: number, processes: number, luck: Partial<Scenario>): void {
  const large = rivalRuns(runs, calls / runs);
  const lastsMs = leastTimeMs(calls, defaultBudget);
  const small = Array.from({ length: Math.floor((lastsMs * 0.95) / apartMs) }, (_, k) => ({
    run: `small-${k}`,
    calls: 5,
    callers: k % 2 === 0 ? 1 : 5,
    startsAt: (k + 0.37) * apartMs,
  }));
  const alone = played({ ...calmScenario, ...luck, processes, runs: large });
  const beside = played({ ...calmScenario, ...luck, processes, runs: [...large, ...small] });
  const [slowestSmall = Number.NaN] = durationsOf(beside, small);
  say([
    calls.toLocaleString('en'),
    runs,
    processes,
    luck === badLuck ? `${alone.kills} kills` : '-',
    Math.max(alone.fullest, beside.fullest).toFixed(3),
    alone.refused + beside.refused,
    `${timeOverLeast(alone, { ...calmScenario, runs: large }).toFixed(4)}`,
    runs > 1 ? slowestShare(alone).toFixed(2) : '-',
    `${Math.round(slowestSmall / 1000)} s at most`,
    ((alone.askedAt.length / alone.lastSentAt) * 1000).toFixed(2),
    Math.round((alone.cpuMs / alone.askedAt.length) * 1000),
  ]);
}

say([]);
say(['Beside a stranger who calls evenly with half the budget for five hours:']);
say([
  '',
  'runs',
  'processes',
  'refused in hours 2–5',
  '',
  'used of what he leaves',
  '',
  'used in the hour after next, when he is gone',
]);
for (const processes of [1, 4, 20]) {
  const runs = rivalRuns(processes === 20 ? 10 : 1, 20_000);
  const stranger = { everyMs: hour / 1000, from: 0, until: 5 * hour };
  const shares = [1, 2, 3].map((seed) => {
    const scenario = { ...calmScenario, seed, processes, runs, stranger, until: 8 * hour };
    const through = played(scenario);
    return [
      throttledBetween(through, longest, hour, 5 * hour),
      throttledBetween(through, longest, 6 * hour, 7 * hour),
    ] as const;
  });
  const refused = Math.max(...shares.map(([during]) => during.refused));
  const used = Math.min(...shares.map(([during]) => during.used));
  const after = Math.min(...shares.map(([, gone]) => gone.used));
  say(['', runs.length, processes, percent(refused), '', percent(used), '', percent(after)]);
}

say([]);
say(['Through an outage of half an hour, ten runs:']);
say(['', '', 'processes', 'failed calls', '', 'probes', '', 'the hundredth call after its end']);
for (const processes of [1, 4, 20]) outageLine(processes, {});
say([]);
say(['The same, where each of its answers is a 503 with a Retry-After of ten minutes:']);
for (const processes of [1, 4, 20]) outageLine(processes, { retryAfterMs: 10 * minute });

function outageLine(processes: number, asked: { readonly retryAfterMs?: number }): void {
  const outage = { from: 3 * minute, until: 33 * minute, ...asked };
  const { arrivals } = played({ ...calmScenario, processes, runs: rivalRuns(10, 200), outage });
  const failed = arrivals.filter(({ kind }) => kind === 'failed');
  const probes = failed.filter(({ probe }) => probe).length;
  const hundredth = arrivals.filter(({ at }) => at > outage.until)[99]?.at ?? Number.NaN;
  say([
    '',
    '',
    processes,
    failed.length,
    '',
    probes,
    '',
    `${Math.round((hundredth - outage.until) / 1000)} s`,
  ]);
}

function played(scenario: Scenario): Played & { readonly cpuMs: number } {
  const before = process.cpuUsage();
  const figures = simulate(scenario);
  const { user, system } = process.cpuUsage(before);
  return { ...figures, cpuMs: (user + system) / 1000 };
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

function say(cells: readonly (string | number)[]): void {
  const text = cells.map((cell, at) => String(cell).padEnd(widths[at] ?? 0)).join(' ');
  process.stdout.write(`${text.trimEnd()}\n`);
}
