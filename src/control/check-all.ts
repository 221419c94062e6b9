import { lastDataUpdate } from '#domain/call/list-calls';
import { findReport } from '#domain/catalogue/index';
import {
  ConfigurationError,
  isMisconfigured,
  PassingError,
  ReportRefusedError,
  RiverError,
  ThrottledError,
} from '#domain/errors';
import { resolveDay, resolveZone } from '#domain/period/resolve-day';
import type { Configuration, Connection, WarehouseSetting } from '#domain/river/configuration';
import { effectiveReport } from '#domain/river/overrides';
import type { River } from '#domain/river/river';
import { sharedTables } from '#domain/river/shared-table';
import { planDays } from '#domain/run/plan-run';
import { isPaidByUse } from '#warehouse/cloud/jobs-ahead';
import type { OpenWarehouse } from '#warehouse/open-warehouse';
import { askOnce, isSignedInElsewhere, NoCallsLeftError, type Reserve } from './ask-api.ts';
import { previewTargets, warnOfLoadedDays } from './check-targets.ts';
import { warnOfColumnChanges, warnOfWaitingColumns } from './column-changes.ts';
import { connectTemporal, type TemporalClient } from './connect-temporal.ts';
import { toTemporalFailure } from './failure-of-temporal.ts';
import { answerInTime, closeInTime } from './manifests.ts';
import { findScheduleWarnings } from './schedules/schedule-warnings.ts';
import { describeSearchAttributes, readSearchAttributes } from './search-attributes.ts';
import { isServed, reserveIfServed } from './shared-budget.ts';

export interface CheckLine {
  /** `configuration`, `connection main`, `warehouse local`, `temporal`. */
  readonly what: string;
  readonly ok: boolean;
  /** What was found, and what is to be said of it. */
  readonly message: string;
  /** The parts of the message: what was found first. */
  readonly parts: readonly string[];
  /** What kind of failure it was, where it is not ok. */
  readonly failure?: 'configuration' | 'refused' | 'unreachable';
  /** The warehouse that has failed, which may be that of the books. */
  readonly warehouse?: string;
}

/** Checks that River can reach and use everything that the configuration names. One line each; the first is the file itself. */
export async function checkAll(configuration: Configuration): Promise<CheckLine[]> {
  const { connections, warehouses, rivers } = configuration;
  const riversInto = ({ name }: WarehouseSetting) =>
    [...rivers.values()].filter(({ target }) => target.warehouse === name);
  const now = new Date();
  const temporal = await attempt(connectTemporal());
  try {
    const reserve = await reserveIfServed(temporal.value?.client);
    return [
      await checkRivers(configuration, now),
      ...(await Promise.all([
        ...[...connections.values()].map((connection) =>
          checkConnection(connection, reserve(connection.name)),
        ),
        ...[...warehouses.values()].map((setting) =>
          checkWarehouse(setting, riversInto(setting), configuration, now),
        ),
        checkTemporal(temporal),
      ])),
    ];
  } finally {
    await temporal.value?.close();
  }
}

/** What the schema cannot check: the rivers together, and their periods on this day. */
const checkRivers = (configuration: Configuration, now: Date): Promise<CheckLine> =>
  line('configuration', async () => {
    const { file, rivers } = configuration;
    const said = [
      `${file}: ${rivers.size} ${rivers.size === 1 ? 'river' : 'rivers'}`,
      ...sharedTables(configuration).map(({ warning }) => warning),
    ];
    const faults: string[] = [];
    const notes = await findScheduleWarnings(configuration, now);
    said.push(...notes.map(({ river, message }) => `${river}: ${message}`));
    for (const river of rivers.values()) {
      const report = findReport(river.report);
      if (!report) continue;
      said.push(...warnOfWaitingColumns(river).map((each) => `${river.name}: ${each}`));
      try {
        const day = resolveDay(now, resolveZone(river.period, river.schedule));
        const { warnings } = planDays(river, effectiveReport(report, river.overrides), day, undefined);
        said.push(...warnings.map(({ message }) => `${river.name}: ${message.replace(/\.$/, '')}`));
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        faults.push(`${file} rivers.${river.name}.period: ${error.message}`);
      }
    }
    if (faults.length > 0) throw new ConfigurationError(faults.join('\n'));
    return said;
  });

/** A result or a failure, reported in a line of its own. */
type Attempt<T> = { readonly value: T } | { readonly value: undefined; readonly failure: unknown };

const attempt = <T>(promise: Promise<T>): Promise<Attempt<T>> =>
  promise.then(
    (value) => ({ value }),
    (failure: unknown) => ({ value: undefined, failure }),
  );

const checkConnection = (connection: Connection, reserve: Reserve | undefined): Promise<CheckLine> =>
  line(`connection ${connection.name}`, async () => {
    const answers = `${connection.baseUrl} answers`;
    try {
      const [row] = await askOnce(connection, lastDataUpdate, reserve);
      return `${answers}; its data is complete up to ${row?.Date}`;
    } catch (error) {
      if (error instanceof RiverError && isSignedInElsewhere(error.cause))
        return `${answers}; its login was not tried, because it is already in use, such as by a worker`;
      if (error instanceof NoCallsLeftError) {
        return error.cause instanceof ThrottledError
          ? `${answers} that it takes no calls at the moment (${error.cause.facts.status})`
          : `${connection.baseUrl} was not called: its budget is used up at the moment`;
      }
      // An answer that is no day is an answer too; runs do without the day.
      if (!(error instanceof ReportRefusedError) || error.facts.status !== 200) throw error;
      return `${answers}, but does not say how far its data is complete: ${error.facts.said}`;
    }
  });

/** A process that locks the file for longer would hold up runs as well. */
const busyAtMostMs = 5_000;

/** Where use is paid for, what is tried is a load and a script, each of which may wait for its turn, or for a warehouse to wake, before it begins. */
const jobsWithinMs = 90_000;

const checkWarehouse = (
  setting: WarehouseSetting,
  filling: readonly River[],
  configuration: Configuration,
  now: Date,
): Promise<CheckLine> =>
  line(`warehouse ${setting.name}`, async () => {
    const { openWarehouse } = await import('#warehouse/open-warehouse');
    const warehouse = await openWarehouse(setting, { busyAtMostMs, onlyReads: true });
    try {
      const targets = filling.map(({ target }) => target);
      const found = await answerInTime(
        setting.name,
        warehouse.checkWarehouse(targets),
        isPaidByUse(setting.client) ? jobsWithinMs : undefined,
      );
      return [
        found,
        ...(await warnOfLoadedDays(warehouse, filling)),
        ...(await listColumnChanges(warehouse, filling, configuration)),
        ...(await previewTargets(warehouse, filling, now)),
      ];
    } finally {
      await closeInTime(warehouse);
    }
  });

/** Rivers that choose their columns otherwise than when the rows in their tables were loaded. */
async function listColumnChanges(
  warehouse: OpenWarehouse,
  rivers: readonly River[],
  configuration: Configuration,
): Promise<string[]> {
  const changes: string[] = [];
  for (const river of rivers) {
    const found = await warnOfColumnChanges(warehouse, configuration, river);
    changes.push(...found.map((each) => `${river.name}: ${each}`));
  }
  return changes;
}

const checkTemporal = (attempted: Attempt<TemporalClient>): Promise<CheckLine> =>
  line('temporal', async () => {
    if (attempted.value === undefined) throw attempted.failure;
    const temporal = attempted.value;
    try {
      return [
        `${temporal.address}, namespace ${temporal.namespace}`,
        ...((await isServed(temporal.client)) ? [] : [noWorker]),
        ...describeSearchAttributes(
          await readSearchAttributes(temporal.client.connection, temporal.namespace),
          temporal.namespace,
        ),
      ];
    } catch (error) {
      throw toTemporalFailure(error, temporal);
    }
  });

const noWorker = 'no worker is running: `river worker` starts one';

async function line(what: string, look: () => Promise<string | readonly string[]>): Promise<CheckLine> {
  try {
    const parts = [await look()].flat();
    return { what, ok: true, message: parts.join('; '), parts };
  } catch (error) {
    if (!(error instanceof RiverError)) throw error;
    return failedLine(what, error);
  }
}

/** Several faults of one thing come in lines. */
export const failedLine = (what: string, error: RiverError): CheckLine => ({
  what,
  ok: false,
  message: error.message,
  parts: error.message.split('\n'),
  failure: classify(error),
  ...(typeof error.facts.warehouse === 'string' && { warehouse: error.facts.warehouse }),
});

function classify(error: RiverError): NonNullable<CheckLine['failure']> {
  if (isMisconfigured(error)) return 'configuration';
  return error instanceof PassingError ? 'unreachable' : 'refused';
}
