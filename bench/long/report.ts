import type { Figures } from './measure.ts';
import type { LongRiver } from './rivers.ts';
import type { Memory } from './worker.ts';

const eventsBelow = 8_192;
const payloadAtMost = 128 * 1024;
const memoryMayGrowBy = 0.2;
/** A shorter run has not warmed up when its first tenth is over. */
const judgesMemoryFrom = 120;

export function sayFigures(river: LongRiver, figures: Figures): void {
  const { seconds, run, budget, rows, calls, memory } = figures;
  const [first, last] = memory;
  say(`${count(river.chunks)} chunks, ${count(river.calls)} calls`, `${Math.round(seconds)} s`);
  say('  loaded', `${count(figures.chunksLoaded)} chunks, ${count(figures.chunksFailed)} failed`);
  say('  rows: said, in the table, made', rows.map(count).join(', '));
  say(
    '  calls: said, logged by the API',
    `${calls.map(count).join(', ')}; ${count(figures.refused)} refused`,
  );
  for (const [name, of] of [
    ['riverRun', run],
    ['apiBudget', budget],
  ] as const) {
    say(
      `  ${name}`,
      `continued as new ${of.continued} times, ${count(of.events)} events and ${megabytes(of.size)} at most, ` +
        `largest payload ${count(of.payload)} bytes, all of an event ${count(of.event)}`,
    );
  }
  for (const { title, of } of kinds) {
    say(
      `  ${title}`,
      `${megabytes(of(first))} in the first tenth, ${megabytes(of(last))} in the last (${percent(of(last) / of(first) - 1)})`,
    );
  }
}

/** What is not as it must be. */
export function missed(river: LongRiver, figures: Figures): string[] {
  const { seconds, run, budget, rows, calls, memory } = figures;
  const [first, last] = memory;
  // What a machine must have decides; what it is made of says why.
  const hasGrown = last.resident / first.resident - 1 > memoryMayGrowBy;
  return [
    ...(figures.chunksLoaded === river.chunks ? [] : ['chunks']),
    ...(new Set(rows).size === 1 ? [] : ['rows']),
    ...(new Set([...calls, river.calls]).size === 1 ? [] : ['calls']),
    ...(figures.refused === 0 ? [] : ['the API refused calls']),
    ...(Math.max(run.events, budget.events) < eventsBelow
      ? []
      : [`a history of ${eventsBelow} events or more`]),
    ...(Math.max(run.event, budget.event) <= payloadAtMost
      ? []
      : [`payloads of more than ${payloadAtMost} bytes`]),
    ...(seconds >= judgesMemoryFrom && hasGrown ? ["worker's resident memory"] : []),
  ];
}

const kinds: readonly { readonly title: string; readonly of: (memory: Memory) => number }[] = [
  { title: "worker's resident memory", of: ({ resident }) => resident },
  { title: "worker's heap, collected", of: ({ heap }) => heap },
  { title: "workflows' heap, at least", of: ({ workflows }) => workflows },
];

const count = (number: number): string => number.toLocaleString('en');
const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
const percent = (part: number): string => `${part < 0 ? '' : '+'}${(part * 100).toFixed(1)} %`;

function say(title: string, figures: string): void {
  process.stdout.write(`${title.padEnd(34)} ${figures}\n`);
}
