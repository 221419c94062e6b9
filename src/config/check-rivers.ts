import { checkRiver, type Surroundings } from '#domain/river/check-river';
import { isCron } from '#domain/river/cron-line';
import { checkTimezone } from '#domain/river/period-setting';
import { type Problem, type Show, valueAt } from '#domain/river/problem';
import type { RiverPart } from '#domain/river/river';
import { buildWarehouse } from './build-configuration.ts';
import { type Refers, secretInTheFile } from './check-connections.ts';
import type { SoundFile } from './file-schema.ts';
import { isNear, isThisMachine } from './hosts.ts';

/** What is wrong with rivers beyond their shape. */
export function checkRivers(
  sound: SoundFile,
  file: unknown,
  folder: string,
  show: Show,
  refers: Refers,
): Problem[] {
  const rivers = new Map(Object.entries(sound.rivers ?? {}));
  const around: Surroundings = {
    connections: new Map(readNames(file, 'connections').map((name) => [name, undefined])),
    warehouses: new Map(
      readNames(file, 'warehouses').map((name) => [name, soundWarehouse(sound, name, folder)]),
    ),
    rivers,
  };
  return [...rivers].flatMap(([name, river]) => {
    const path = ['rivers', name];
    const showHere: Show = (inside, value) => show([...path, ...inside], value);
    return [
      ...checkRiver(name, river, around, showHere),
      ...(river.schedule ? checkSchedule(river.schedule, showHere) : []),
      ...(river.notify ? checkNotify(river.notify, (inside) => refers([...path, ...inside])) : []),
    ].map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
  });
}

function soundWarehouse(sound: SoundFile, name: string, folder: string) {
  const { client, connection, schema, keepCallsFor = '90d' } = sound.warehouses?.[name] ?? {};
  if (client === undefined || connection === undefined) return undefined;
  return buildWarehouse(name, { client, connection, schema, keepCallsFor }, folder);
}

/** Names of connections or warehouses, also of those that have faults themselves. */
function readNames(file: unknown, section: string): string[] {
  return Object.keys(Object(valueAt(file, [section])));
}

/** What is wrong with a river's schedule. Paths begin at the river. */
function checkSchedule({ cron, timezone }: NonNullable<RiverPart['schedule']>, show: Show): Problem[] {
  const path = ['schedule', 'cron'];
  return [
    ...(cron === undefined || isCron(cron)
      ? []
      : [
          {
            path,
            message: `expected five fields (minute, hour, day of the month, month, day of the week) such as "0 6 * * *", with numbers, names, "," "-" "*" and "/" that come at some time (no @daily, @every, L, W, # or ?, no seconds), got ${show(path, cron)}`,
          },
        ]),
    ...(timezone === undefined ? [] : checkTimezone(['schedule', 'timezone'], timezone, show)),
  ];
}

/** What is wrong with a river's notifications. Paths begin at the river. No URL is ever shown: it is a secret, since it alone allows posting. */
function checkNotify({ webhook, slack }: NonNullable<RiverPart['notify']>, refers: Refers): Problem[] {
  if (webhook === undefined && slack === undefined)
    return [
      { path: ['notify'], message: 'expected webhook or slack, or both: where it is sent to', missing: true },
    ];
  return [...checkUrl('webhook', webhook, refers), ...checkUrl('slack', slack, refers)];
}

function checkUrl(key: 'webhook' | 'slack', text: string | undefined, refers: Refers): Problem[] {
  if (text === undefined) return [];
  const path = ['notify', key];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isNear(url.hostname))))
    return [{ path, message: 'expected an https URL, got a secret' }];
  return refers(path) || isThisMachine(url.hostname) ? [] : [{ path, message: secretInTheFile }];
}
