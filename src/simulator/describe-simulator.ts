import { endpoints } from './answers/routes.ts';
import type { Simulator } from './start-simulator.ts';

/** One line on what a simulator offers. It names how to sign in, and no secret. */
export function describeSimulator({ url, settings }: Simulator): string {
  const { auth, limits, pageCap, seed } = settings;
  const all = Object.values(endpoints);
  const reports = all.filter((endpoint) => 'report' in endpoint).length;
  const ways = [
    ...(auth.apiKey === undefined ? [] : ['an X-API-KEY']),
    ...(auth.username === undefined ? [] : ['a login']),
  ];
  const windows = limits.map(({ calls, perMs }) => `${calls} calls in ${sayDuration(perMs)}`);
  return [
    `An Optimove with ${reports} reports and ${all.length - reports + 1} other calls at ${url}/current`,
    `seed ${seed}`,
    `signed in to with ${ways.join(' or ')}`,
    windows.length > 0 ? `at most ${windows.join(' and ')}` : 'without a limit of calls',
    `pages of up to ${pageCap} rows`,
    `counts at ${url}/_simulator/stats`,
  ].join(', ');
}

function sayDuration(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}
