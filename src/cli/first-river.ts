/**
 * What a first configuration needs, from flags, and from the person where they leave something out. With a key the API's own
 * lists are offered for the filters; without one, or where the API does not answer, ids and names are typed.
 */

import { type FirstConfiguration, firstVariables } from '#config/first-configuration';
import { readChoices } from '#control/ask-api';
import type { Choosable } from '#domain/call/resolve-choice';
import { findReport, reports } from '#domain/catalogue/index';
import { eventNames, type ListedFilter, pickLists } from '#domain/catalogue/lists';
import type { FilterName, Report } from '#domain/catalogue/report';
import { ConfigurationError, RiverError } from '#domain/errors';
import { isDay } from '#domain/period/date-range';
import { didYouMean } from '#domain/river/closest';
import type { Connection } from '#domain/river/configuration';
import { predefinedPeriods } from '#domain/river/period-setting';
import type { Person } from './ask-person.ts';
import { type RunFlags, readIdsOrNames, readRunFlags } from './flags.ts';

/** The flags of `river init`, as typed. */
export interface FirstFlags
  extends Pick<RunFlags, 'start' | 'end' | 'timezone' | 'every' | 'size' | 'filter'> {
  readonly baseUrl?: string;
  readonly report?: string;
  readonly period?: string;
  readonly warehouse?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly river?: string;
}

/** What it is asked with. */
export interface Asking {
  readonly flags: FirstFlags;
  /** Left out without a terminal: then what is missing is said in one sentence. */
  readonly person: Person | undefined;
  /** The API key of the environment. */
  readonly apiKey: string | undefined;
  /** The connection that these make, checked as that of a file. */
  connect(baseUrl: string, apiKey: string): Promise<Connection>;
}

export type FirstAnswers = Omit<FirstConfiguration, 'schema'>;

export async function answerFirstRiver(asking: Asking): Promise<FirstAnswers> {
  const { flags, person } = asking;
  const given = flags.report === undefined ? undefined : reportNamed(flags.report);
  const client = flags.warehouse === undefined ? undefined : readWarehouse(flags.warehouse);
  if (flags.schema !== undefined && client !== 'pg' && (client || !person))
    throw new ConfigurationError(
      '--schema: SQLite has no schemas. Leave it out, or add --warehouse postgres.',
    );
  if (!person) refuseMissing(flags, given);
  const baseUrl = await readBaseUrl(asking);
  const report = given ?? (await askReport(person));
  const { period, chunks, filters } = readRunFlags('', {
    ...flags,
    ...(flags.period !== undefined && { predefined: flags.period }),
  }) as {
    period?: FirstAnswers['period'];
    chunks?: FirstAnswers['chunks'];
    filters?: FirstAnswers['filters'];
  };
  const chosen = await askFilters(asking, report, baseUrl, filters ?? {});
  const days = period ?? (report.time === 'none' ? undefined : await askPeriod(person));
  const warehouse = client ?? (await askWarehouse(person));
  const isPostgres = warehouse === 'pg';
  const schema =
    flags.schema ?? (isPostgres ? await person?.text('Schema', { initial: 'optimove' }) : undefined);
  const slugAsName = report.slug.replaceAll('-', '_');
  return {
    baseUrl,
    river: flags.river ?? report.slug,
    report,
    // Of a report without a period they are refused, as in any file.
    ...(days && { period: days }),
    ...(chunks
      ? { chunks }
      : days &&
        report.time !== 'none' &&
        hasSeveralDays(days) && { chunks: { every: 'daily', size: 1 } as const }),
    filters: chosen.filters,
    names: chosen.names,
    warehouse: { client: warehouse, ...(schema !== undefined && { schema }) },
    table: flags.table ?? (await person?.text('Table', { initial: slugAsName })) ?? slugAsName,
  };
}

/** Checked before more is asked; a person may try again. */
async function readBaseUrl({ flags, person, connect }: Asking): Promise<string> {
  for (let initial = 'https://api4.optimove.net/current'; ; ) {
    const question = 'Base URL of your Optimove (Optimove tells you which apiX it is)';
    const baseUrl = flags.baseUrl ?? (await person?.text(question, { initial })) ?? '';
    try {
      await connect(baseUrl, 'not-set-yet');
      return baseUrl;
    } catch (error) {
      if (!person || flags.baseUrl !== undefined || !(error instanceof ConfigurationError)) throw error;
      for (const { message } of error.faults) person.tell(message);
      initial = baseUrl;
    }
  }
}

function reportNamed(name: string): Report {
  const report = findReport(name);
  if (report) return report;
  const meant =
    didYouMean(
      name,
      reports.map(({ slug }) => slug),
    ) || '.';
  throw new ConfigurationError(
    `There is no report "${name}"${meant} \`river reports\` lists all ${reports.length}.`,
  );
}

function readWarehouse(name: string): FirstAnswers['warehouse']['client'] {
  if (name === 'sqlite') return 'better-sqlite3';
  if (name === 'postgres') return 'pg';
  throw new ConfigurationError(`--warehouse: expected sqlite or postgres, got "${name}"`);
}

/** Without a terminal nothing can be asked. */
function refuseMissing(
  { baseUrl, period, start, filter = [] }: FirstFlags,
  report: Report | undefined,
): void {
  const isGiven = (name: string) => filter.some((text) => text.startsWith(`${name}=`));
  const missing = [
    ...(baseUrl === undefined ? ['--base-url'] : []),
    ...(report === undefined ? ['--report'] : []),
    ...(report?.time !== 'none' && period === undefined && start === undefined
      ? ['--period or --start']
      : []),
    ...(report ? requiredFilters(report) : []).flatMap((name) =>
      isGiven(name) ? [] : [`--filter ${name}=…`],
    ),
  ];
  if (missing.length === 0) return;
  throw new ConfigurationError(
    `There is no terminal to ask at, and these are missing: ${missing.join(', ')}. \`river init --help\` has examples.`,
  );
}

const requiredFilters = ({ axes }: Report): FilterName[] =>
  axes.flatMap((axis) => ('leftOut' in axis && axis.leftOut === 'required' ? [axis.over] : []));

async function askReport(person: Person | undefined): Promise<Report> {
  const slug = await person?.search(
    'Which report? Type to search',
    reports.map(({ slug, purpose }) => ({ value: slug, label: slug, hint: purpose })),
  );
  return reportNamed(slug ?? '');
}

const hasSeveralDays = ({ predefined, start, end }: NonNullable<FirstAnswers['period']>): boolean =>
  predefined !== 'yesterday' && (start === undefined || start !== end);

const daysFrom = 'from';

async function askPeriod(person: Person | undefined): Promise<FirstAnswers['period']> {
  const kind = await person?.one('Which days?', [
    { value: daysFrom, label: 'from a day on', hint: 'each run loads the days that are missing' },
    { value: 'range', label: 'from one day to another', hint: 'for a first try, or a backfill' },
    ...predefinedPeriods.map((name) => ({ value: name, label: name.replaceAll('_', ' ') })),
  ]);
  if (kind !== daysFrom && kind !== 'range')
    return { predefined: kind as (typeof predefinedPeriods)[number] };
  const start = (await person?.text('First day, YYYY-MM-DD', { validate: validateDay })) ?? '';
  if (kind === daysFrom) return { start };
  return {
    start,
    end:
      (await person?.text('Last day, included, YYYY-MM-DD', { initial: start, validate: validateDay })) ??
      start,
  };
}

const validateDay = (text: string): string | undefined =>
  isDay(text) ? undefined : 'Expected a day that exists, YYYY-MM-DD.';

const askWarehouse = async (person: Person | undefined): Promise<FirstAnswers['warehouse']['client']> =>
  (await person?.one('Where do the rows go?', [
    { value: 'better-sqlite3', label: 'a SQLite file beside river.yaml', hint: 'nothing to set up' },
    { value: 'pg', label: 'Postgres', hint: `its URL comes from the variable ${firstVariables.warehouse}` },
  ])) ?? 'better-sqlite3';

type Filtered = Required<Pick<FirstAnswers, 'filters' | 'names'>>;

async function askFilters(
  { person, apiKey, connect }: Asking,
  report: Report,
  baseUrl: string,
  given: FirstAnswers['filters'],
): Promise<Filtered> {
  const open = report.filters.filter((name) => !Object.hasOwn(given, name) && name !== 'customerAttribute');
  if (!person || open.length === 0) return { filters: given, names: {} };
  const filters: Record<string, unknown> = { ...given };
  const names: Record<string, string[]> = {};
  let key = apiKey;
  if (!key && open.some(isListed))
    key = await person.secret(
      'API key, to offer your own lists; it is written nowhere (Enter goes on without)',
    );
  for (const name of open) {
    const known = key ?? '';
    const listed =
      isListed(name) && known !== '' ? await offered(person, name, () => connect(baseUrl, known)) : undefined;
    const chosen = listed ? await chooseListed(person, name, listed) : await typeFilter(person, report, name);
    if (chosen === undefined) continue;
    filters[name] = chosen.value;
    if (chosen.names) names[name] = chosen.names;
  }
  return { filters, names };
}

/** What the API has for a filter; undefined where it does not say, and why is told. */
async function offered(
  person: Person,
  filter: ListedFilter,
  connection: () => Promise<Connection>,
): Promise<readonly Choosable[] | undefined> {
  try {
    return await readChoices(await connection(), filter);
  } catch (error) {
    if (!(error instanceof RiverError)) throw error;
    person.tell(`The list of ${filter} could not be read: ${error.message}`);
    return undefined;
  }
}

interface Chosen {
  readonly value: unknown;
  readonly names?: string[];
}

async function chooseListed(
  person: Person,
  filter: FilterName,
  listed: readonly Choosable[],
): Promise<Chosen | undefined> {
  const known = listed.flatMap(({ id, name }) => (id === undefined ? [] : [{ id, name }]));
  const chosen = await person.several(
    `${filter}: as many as you like; none for all`,
    known.map(({ id, name }) => ({ value: String(id), label: name, hint: String(id) })),
  );
  if (chosen.length === 0) return undefined;
  const picked = known.filter(({ id }) => chosen.includes(String(id)));
  return { value: picked.map(({ id }) => id), names: picked.map(({ name }) => name) };
}

async function typeFilter(person: Person, report: Report, name: FilterName): Promise<Chosen | undefined> {
  const isRequired = requiredFilters(report).includes(name);
  if (name === 'events') {
    for (;;) {
      const events = await person.several(
        'events: at least one',
        eventNames.map((event) => ({ value: event, label: event })),
      );
      if (events.length > 0) return { value: events };
    }
  }
  const leftOut = name === 'customerAttributes' ? 'Enter for none' : 'Enter for all';
  const typed = await person.text(
    `${name}: ${whatToType(name)}, separated by commas${isRequired ? '' : ` (${leftOut})`}`,
    { optional: !isRequired },
  );
  if (typed === '') return undefined;
  // An attribute is a name, also where it looks like a number.
  const isName = name === 'customerAttributes' || name === 'changedCustomerAttribute';
  return { value: isName ? typed.split(',').map((each) => each.trim()) : readIdsOrNames(typed) };
}

function whatToType(name: FilterName): string {
  switch (name) {
    case 'customerAttributes':
      return 'attributes of the customers, a column each';
    case 'changedCustomerAttribute':
      return 'the attributes whose changes you want';
    case 'activityEvents':
      return 'events as Optimove has them';
    default:
      return 'ids or names';
  }
}

const isListed = (name: FilterName): name is ListedFilter => Object.hasOwn(pickLists, name);
