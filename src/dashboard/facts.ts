import type { PlainTemporal } from '#control/connect-temporal';
import { createLiveReader, type LiveRun, type RefusedRun } from '#control/live-reader';
import {
  createManifestReaders,
  type ListedRun,
  type ListedRuns,
  type ManifestReader,
  type RunInFull,
} from '#control/manifest-readers';
import type { BudgetView } from '#domain/budget/budget-view';
import type { CallsOfDay } from '#domain/call/call-history';
import { addDays, type DateRange, type Day, eachDay } from '#domain/period/date-range';
import type { Configuration, Connection } from '#domain/river/configuration';
import type { River } from '#domain/river/river';
import { type CoveredDay, coverDays } from '#domain/run/coverage';
import type { ChunkStatus } from '#domain/run/run-result';
import { createAskSoon, type Told } from './soon.ts';

/** What the pages ask. Sources that are away are named in `troubles`, and their part is missing; nothing here rejects for them. */
export interface Facts {
  readonly configuration: Configuration;
  readonly now: Date;
  /** What is the matter with sources that were asked so far, each sentence once. */
  readonly troubles: readonly string[];
  /** The namespace that runs are in; null where Temporal was not reached yet. */
  readonly namespace: string | null;
  /** The days of each of these rivers; a river whose warehouse does not answer is left out. */
  coverage(rivers: readonly River[], between: DateRange): Promise<ReadonlyMap<string, readonly CoveredDay[]>>;
  /** The newest run of each of these rivers. */
  newestRuns(rivers: readonly River[]): Promise<ReadonlyMap<string, ListedRun>>;
  /** A page of runs of all warehouses, the newest first. */
  runs(wanted: ListedRuns): Promise<readonly ListedRun[]>;
  /** Undefined where no warehouse that answers has it. */
  run(workflowId: string): Promise<RunInFull | undefined>;
  chunks(
    run: ListedRun,
    part: { readonly from: number; readonly limit: number; readonly onlyUnloaded: boolean },
  ): Promise<readonly ChunkStatus[]>;
  /** The calls of the last days, of one river or of all; days without calls included. */
  callsByDay(days: number, river?: River): Promise<readonly CallsOfDay[]>;
  /** The workflow ids of the runs under way; undefined where that is not known. */
  openRuns(): Promise<readonly string[] | undefined>;
  /** Runs of the last days that failed before they were opened. */
  refusedRuns(): Promise<readonly RefusedRun[]>;
  /** Undefined where it is not known. */
  live(workflowId: string): Promise<LiveRun | undefined>;
  budget(connection: Connection): Promise<Told<BudgetView>>;
}

/** Where facts come from, for as long as pages are served. */
export interface FactSources {
  facts(): Promise<Facts>;
  close(): Promise<void>;
}

/** Of days that are over, calls are counted once an hour. */
const countedForMs = 3_600_000;

export function createFactSources({
  configuration,
  temporal,
  onBug,
}: {
  configuration(): Promise<Configuration>;
  readonly temporal?: PlainTemporal | undefined;
  readonly onBug: (error: unknown) => void;
}): FactSources {
  const manifests = createManifestReaders();
  const live = createLiveReader(temporal);
  const soon = createAskSoon({ onBug });
  return {
    async facts() {
      const current = await configuration();
      return gatherFacts(current, await manifests.of(current), live, soon);
    },
    async close() {
      await Promise.all([manifests.close(), live.close()]);
    },
  };
}

function gatherFacts(
  configuration: Configuration,
  readers: readonly ManifestReader[],
  live: ReturnType<typeof createLiveReader>,
  soon: ReturnType<typeof createAskSoon>,
): Facts {
  const now = new Date();
  const troubles = new Set<string>();
  const note = <T>({ value, trouble }: Told<T>): T | undefined => {
    if (trouble !== undefined) troubles.add(trouble);
    return value;
  };
  const askWarehouse = async <T>(
    reader: ManifestReader,
    key: unknown,
    ask: () => Promise<T>,
    freshForMs?: number,
  ) =>
    note(
      await soon(
        {
          key: JSON.stringify([reader.warehouse, key]),
          of: `The warehouse ${reader.warehouse}`,
          ...(freshForMs !== undefined && { freshForMs }),
        },
        ask,
      ),
    );
  const askTemporal = <T>(key: string, of: string, ask: () => Promise<T>) =>
    soon({ key: `temporal ${key}`, of }, ask);
  const inWarehouse = (rivers: readonly River[], { warehouse }: ManifestReader) =>
    rivers.filter(({ target }) => target.warehouse === warehouse);
  const askEach = async <T>(work: (reader: ManifestReader) => Promise<T | undefined>): Promise<T[]> =>
    (await Promise.all(readers.map(work))).filter((answer) => answer !== undefined);

  return {
    configuration,
    now,
    get troubles() {
      return [...troubles];
    },
    get namespace() {
      return live.place?.namespace ?? null;
    },
    async coverage(rivers, between) {
      const all = await askEach(async (reader) => {
        const own = inWarehouse(rivers, reader).map(({ name, target }) => ({
          river: name,
          table: target.table,
        }));
        if (own.length === 0) return undefined;
        return askWarehouse(reader, ['coverage', own, between], () => reader.coverage(own, between));
      });
      const facts = all.flatMap((each) => [...each]);
      return new Map(facts.map(([river, known]) => [river, coverDays(known, between)]));
    },
    async newestRuns(rivers) {
      const all = await askEach(async (reader) => {
        const own = inWarehouse(rivers, reader).map(({ name }) => name);
        if (own.length === 0) return undefined;
        return askWarehouse(reader, ['newest', own], () => reader.newestRuns(own));
      });
      return new Map(all.flat().map((run) => [run.result.river, run]));
    },
    async runs(wanted) {
      const all = await askEach((reader) =>
        askWarehouse(reader, ['runs', wanted], () => reader.runs(wanted)),
      );
      return all.flat().sort(newestFirst).slice(0, wanted.limit);
    },
    async run(workflowId) {
      const all = await askEach((reader) =>
        askWarehouse(reader, ['run', workflowId], () => reader.run(workflowId)),
      );
      return all.sort(newestFirst)[0];
    },
    async chunks({ warehouse, result: { runId } }, part) {
      const all = await askEach(async (reader) =>
        reader.warehouse === warehouse
          ? askWarehouse(reader, ['chunks', runId, part], () => reader.chunks(runId, part))
          : undefined,
      );
      return all.flat();
    },
    async callsByDay(count, river) {
      const today = now.toISOString().slice(0, 10);
      const days = [...eachDay({ start: addDays(today, 1 - count), end: today })];
      const recent = days.slice(-2);
      const before = days.slice(0, -2);
      const own = river ? readers.filter(({ warehouse }) => warehouse === river.target.warehouse) : readers;
      const counted = await Promise.all(
        own.flatMap((reader) => [
          askWarehouse(reader, ['calls', recent, river?.name], () => reader.callsByDay(recent, river?.name)),
          askWarehouse(
            reader,
            ['calls', before, river?.name],
            () => reader.callsByDay(before, river?.name),
            countedForMs,
          ),
        ]),
      );
      return sumByDay(
        days,
        counted.flatMap((each) => each ?? []),
      );
    },
    async openRuns() {
      return note(await askTemporal('open runs', 'Temporal', () => live.openRuns()));
    },
    async refusedRuns() {
      return note(await askTemporal('refused runs', 'Temporal', () => live.refusedRuns())) ?? [];
    },
    async live(workflowId) {
      return note(await askTemporal(`run ${workflowId}`, 'A worker', () => live.run(workflowId)));
    },
    budget: (connection) =>
      askTemporal(`budget ${connection.name}`, `The call budget of ${connection.name}`, () =>
        live.budget(connection),
      ),
  };
}

const newestFirst = (one: ListedRun, other: ListedRun): number =>
  (other.result.startedAt ?? '').localeCompare(one.result.startedAt ?? '');

function sumByDay(days: readonly Day[], counted: readonly CallsOfDay[]): CallsOfDay[] {
  const byDay = Map.groupBy(counted, ({ day }) => day);
  return days.map((day) => {
    const own = byDay.get(day) ?? [];
    const sum = (what: Exclude<keyof CallsOfDay, 'day'>) => own.reduce((all, each) => all + each[what], 0);
    return {
      day,
      calls: sum('calls'),
      rows: sum('rows'),
      throttled: sum('throttled'),
      failed: sum('failed'),
    };
  });
}
