import type { Client } from '@temporalio/client';
import { effectiveReport } from '#domain/call/effective-report';
import { lastDataUpdate } from '#domain/call/list-calls';
import { shapeOfRiver } from '#domain/call/shape-of-river';
import { findReport } from '#domain/catalogue/index';
import {
  ConfigurationError,
  CredentialsRefusedError,
  OtherVersionError,
  PassingError,
  ReportRefusedError,
  RiverError,
} from '#domain/errors';
import { resolveDay } from '#domain/period/resolve-day';
import { zoneOfRiver } from '#domain/period/zone';
import type { Configuration, Connection, WarehouseSetting } from '#domain/river/configuration';
import type { River } from '#domain/river/river';
import { sharedTables } from '#domain/river/shared-table';
import { planDays } from '#domain/run/plan-run';
import { openWarehouse } from '#warehouse/open-warehouse';
import type { OpenWarehouse } from '#warehouse/warehouse';
import { answeredSoon, closeSoon } from './answered-soon.ts';
import { askOnce, isSignedInElsewhere, NoCallsLeftError, type Reserve } from './ask-once.ts';
import { connectTemporal, type TemporalClient } from './connect-temporal.ts';
import { failureOfTemporal } from './failure-of-temporal.ts';
import { warningsOfTracks } from './read-track-of.ts';
import { scheduleNotes } from './schedules/schedule-notes.ts';
import { missingSearchAttributes, otherSearchAttributes } from './search-attributes.ts';
import { isServed, reserveOf } from './shared-budget.ts';

export interface CheckLine {
  /** `configuration`, `connection main`, `warehouse local`, `temporal`. */
  readonly what: string;
  readonly ok: boolean;
  readonly message: string;
  /** What kind of failure it was, where it is not ok. */
  readonly failure?: 'configuration' | 'refused' | 'unreachable';
}

/** Asks everything that the configuration names whether it is there and lets River in. One line each; the first is the file itself. */
export async function checkAll(configuration: Configuration): Promise<CheckLine[]> {
  const { connections, warehouses, rivers } = configuration;
  const riversInto = ({ name }: WarehouseSetting) =>
    [...rivers.values()].filter(({ target }) => target.warehouse === name);
  const temporal = await attempt(connectTemporal());
  try {
    const reserve = await reserveIfServed(temporal.value?.client);
    return [
      await checkRivers(configuration, new Date()),
      ...(await Promise.all([
        ...[...connections.values()].map((connection) =>
          checkConnection(connection, reserve(connection.name)),
        ),
        ...[...warehouses.values()].map((setting) => checkWarehouse(setting, riversInto(setting))),
        checkTemporal(temporal),
      ])),
    ];
  } finally {
    await temporal.value?.close();
  }
}

/** What the file alone cannot say: its rivers beside each other, and their periods on this day. */
const checkRivers = (configuration: Configuration, now: Date): Promise<CheckLine> =>
  line('configuration', async () => {
    const { file, rivers } = configuration;
    const said = [
      `${file}: ${rivers.size} ${rivers.size === 1 ? 'river' : 'rivers'}`,
      ...sharedTables(configuration).map(({ warning }) => warning),
    ];
    const faults: string[] = [];
    const notes = await scheduleNotes(configuration, now);
    said.push(...notes.map(({ river, message }) => `${river}: ${message}`));
    for (const river of rivers.values()) {
      const report = findReport(river.report);
      if (!report) continue;
      try {
        const day = resolveDay(now, zoneOfRiver(river.period, river.schedule));
        const { warnings } = planDays(river, effectiveReport(report, river.overrides), day, undefined);
        said.push(...warnings.map(({ message }) => `${river.name}: ${message.replace(/\.$/, '')}`));
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        faults.push(`${file} rivers.${river.name}.period: ${error.message}`);
      }
    }
    if (faults.length > 0) throw new ConfigurationError(faults.join('\n'));
    return said.join('; ');
  });

/** What came of something, to be told in its own line. */
type Attempt<T> = { readonly value: T } | { readonly value: undefined; readonly failure: unknown };

const attempt = <T>(promise: Promise<T>): Promise<Attempt<T>> =>
  promise.then(
    (value) => ({ value }),
    (failure: unknown) => ({ value: undefined, failure }),
  );

/** Where no worker answers for the budget nobody else is sending, and the one call is made all the same. */
async function reserveIfServed(client: Client | undefined): Promise<(name: string) => Reserve | undefined> {
  const served = client && (await isServed(client).catch(() => false));
  return (name) => (served ? reserveOf(client, name) : undefined);
}

const checkConnection = (connection: Connection, reserve: Reserve | undefined): Promise<CheckLine> =>
  line(`connection ${connection.name}`, async () => {
    const answers = `${connection.baseUrl} answers`;
    try {
      const [row] = await askOnce(connection, lastDataUpdate, reserve);
      return `${answers}; its data is complete up to ${row?.Date}`;
    } catch (error) {
      if (error instanceof RiverError && isSignedInElsewhere(error.cause))
        return `${answers}; its login was not tried, since somebody is signed in with it already, such as a worker`;
      if (error instanceof NoCallsLeftError)
        return `${connection.baseUrl} was not asked: its budget is used up just now`;
      // Something that is no day is an answer all the same; runs do without it.
      if (!(error instanceof ReportRefusedError) || error.facts.status !== 200) throw error;
      return `${answers}, but does not say how far its data is complete: ${error.facts.said}`;
    }
  });

/** Who holds a file for longer holds up runs as well. */
const busyAtMostMs = 5_000;

const checkWarehouse = (setting: WarehouseSetting, filling: readonly River[]): Promise<CheckLine> =>
  line(`warehouse ${setting.name}`, async () => {
    const warehouse = await openWarehouse(setting, { busyAtMostMs });
    try {
      const targets = filling.map(({ target }) => target.table);
      const found = await answeredSoon(setting.name, warehouse.check(targets));
      return [
        found,
        ...(await warningsOfTracks(warehouse, filling)),
        ...(await previewsOfTargets(warehouse, filling)),
      ].join('; ');
    } finally {
      await closeSoon(warehouse);
    }
  });

/** What the rivers would add to tables that are there, and what would not fit them. */
async function previewsOfTargets(warehouse: OpenWarehouse, filling: readonly River[]): Promise<string[]> {
  const previews: string[] = [];
  for (const river of filling) {
    const report = findReport(river.report);
    if (!report) continue;
    const shape = shapeOfRiver(effectiveReport(report, river.overrides), river);
    const found = await warehouse.previewTarget(river.target, shape);
    previews.push(...found.map((each) => `${river.name}: ${each}`));
  }
  return previews;
}

const checkTemporal = (attempted: Attempt<TemporalClient>): Promise<CheckLine> =>
  line('temporal', async () => {
    if (attempted.value === undefined) throw attempted.failure;
    const temporal = attempted.value;
    try {
      return [
        `${temporal.address}, namespace ${temporal.namespace}`,
        ...((await isServed(temporal.client)) ? [] : [noWorker]),
        ...adviceOn(await missingSearchAttributes(temporal)),
        ...(await otherSearchAttributes(temporal)),
      ].join('; ');
    } catch (error) {
      throw failureOfTemporal(error, temporal);
    }
  });

const noWorker = 'no worker is there yet: `river worker` starts one';

const adviceOn = (missing: Awaited<ReturnType<typeof missingSearchAttributes>>): string[] =>
  missing
    ? [
        `runs are not findable by ${missing.names.join(', ')} until a worker registers them, or you do: ${missing.command}`,
      ]
    : [];

async function line(what: string, look: () => Promise<string>): Promise<CheckLine> {
  try {
    return { what, ok: true, message: await look() };
  } catch (error) {
    if (!(error instanceof RiverError)) throw error;
    return { what, ok: false, message: error.message, failure: failureKind(error) };
  }
}

function failureKind(error: RiverError): NonNullable<CheckLine['failure']> {
  if (error instanceof OtherVersionError) return 'configuration';
  if (error instanceof PassingError) return 'unreachable';
  if (error instanceof CredentialsRefusedError) return 'refused';
  return error instanceof ConfigurationError ? 'configuration' : 'refused';
}
