import { findManifestDayColumn } from '../call/scope.ts';
import type { Report } from '../catalogue/report.ts';
import {
  type ColumnChoice,
  type ColumnChoices,
  nameInTable,
  planColumns,
  type StoredColumn,
  waitingNames,
} from '../column/chosen-columns.ts';
import { type Column, isProvenance, snakeCase } from '../column/column.ts';
import { listColumns, listKey } from '../column/river-table.ts';
import { didYouMean } from './closest.ts';
import type { Path, Problem, Show } from './problem.ts';
import type { RiverPart } from './river.ts';

type RiverColumns = Pick<RiverPart, 'filters' | 'overrides' | 'columns' | 'target'>;

/** What is wrong with a river's choice of columns, beside its report as it is called. Paths begin at the river. */
export function checkColumnChoices(river: RiverColumns, report: Report, show: Show): Problem[] {
  const { columns: choices = {} } = river;
  if (Object.keys(choices).length === 0) return [];
  const declared = declaredColumns(report, river);
  const key = [...listKey(report, { overrides: river.overrides }), ...(river.target?.key ?? [])];
  const day = findManifestDayColumn(report);
  return Object.entries(choices).flatMap(([name, choice]) => [
    ...checkName(name, declared),
    ...checkKey(name, choice, { report, key, day }),
    ...checkChoice(name, choice, { choices, declared, show }),
  ]);
}

/** The columns without any choice; none of the attributes where the overrides are wrong, which is a fault of its own. */
function declaredColumns(report: Report, { filters = {}, overrides }: RiverColumns): readonly Column[] {
  try {
    return listColumns(report, { filters, overrides });
  } catch {
    return report.columns;
  }
}

const pathTo = (name: string, key?: string): Path => ['columns', name, ...(key === undefined ? [] : [key])];

function checkName(name: string, declared: readonly Column[]): Problem[] {
  const path = pathTo(name);
  const about = 'key' as const;
  if (isProvenance(name))
    return [{ path, message: 'expected a column of the report, since River itself fills this one', about }];
  if (declared.some((column) => column.name === name) || name === snakeCase(name)) return [];
  const meant = snakeCase(name) || undefined;
  return [
    {
      path,
      message: `expected the name of a column, in snake_case${meant === undefined ? '' : `: ${JSON.stringify(meant)}`}`,
      about,
    },
  ];
}

function checkKey(
  name: string,
  choice: ColumnChoice,
  { report, key, day }: { report: Report; key: readonly string[]; day: string | null },
): Problem[] {
  const path = pathTo(name);
  if (name === day) {
    const why = `the rows of ${report.slug} are replaced by it`;
    if (choice === 'omit') return [{ path, message: `the day column cannot be left out: ${why}` }];
    if (choice.hash !== undefined)
      return [{ path: pathTo(name, 'hash'), message: `the day column cannot be hashed: ${why}` }];
    if (choice.type !== undefined && choice.type !== 'date' && choice.type !== 'text')
      return [
        { path: pathTo(name, 'type'), message: `expected date or text, got ${choice.type}, since ${why}` },
      ];
  }
  if (choice !== 'omit' || !key.includes(name)) return [];
  return [
    {
      path,
      message: `a column of the key (${key.join(', ')}) cannot be left out; it can be hashed or renamed`,
    },
  ];
}

function checkChoice(
  name: string,
  choice: ColumnChoice,
  around: { choices: ColumnChoices; declared: readonly Column[]; show: Show },
): Problem[] {
  if (choice === 'omit') return [];
  const { rename, type, hash } = choice;
  if (rename === undefined && type === undefined && hash === undefined)
    return [
      { path: pathTo(name), message: 'expected omit, or at least one of rename, type, hash', missing: true },
    ];
  return [
    ...(hash !== undefined && hash.trim() === ''
      ? [{ path: pathTo(name, 'hash'), message: 'expected a salt, got only blanks' }]
      : []),
    ...(hash !== undefined && type !== undefined
      ? [
          {
            path: pathTo(name, 'type'),
            message: 'expected either hash or type: the column of a hash is text',
          },
        ]
      : []),
    ...(rename === undefined ? [] : checkRename(name, rename, around)),
  ];
}

const bytesAtMost = 63;

function checkRename(
  name: string,
  rename: string,
  { choices, declared, show }: { choices: ColumnChoices; declared: readonly Column[]; show: Show },
): Problem[] {
  const path = pathTo(name, 'rename');
  const shown = show(path, rename);
  if (!isColumnName(rename))
    return [
      {
        path,
        message: `expected a column name (at most ${bytesAtMost} bytes, no control characters, no spaces around it), got ${shown}`,
      },
    ];
  if (isProvenance(rename.toLowerCase()))
    return [{ path, message: `expected another name, since River itself fills ${shown}` }];
  if (/__text$/i.test(rename))
    return [
      {
        path,
        message: `expected a name that does not end with __text, where values stand that do not fit their column, got ${shown}`,
      },
    ];
  const others = new Set([...declared.map((column) => column.name), ...Object.keys(choices)]);
  others.delete(name);
  const taken = [...others].find((other) =>
    [other, nameInTable(choices, other)].some((each) => each.toLowerCase() === rename.toLowerCase()),
  );
  return taken === undefined
    ? []
    : [{ path, message: `expected a name that no other column has, got ${shown}, the name of ${taken}` }];
}

const isColumnName = (name: string): boolean =>
  /^(?!\s)[^\p{Cc}]+(?<!\s)$/u.test(name) &&
  name.isWellFormed() &&
  new TextEncoder().encode(name).length <= bytesAtMost;

/** What is to be said of names that no report declares: they wait for a field, or are mistyped. */
export function listWaitingColumns(report: Report, river: RiverColumns): string[] {
  const declared = declaredColumns(report, river);
  return waitingNames(declared, river.columns).map((name) => {
    const meant = didYouMean(
      name,
      declared.map((column) => column.name),
    );
    return `columns.${name} waits for a field of that name, which ${report.slug} does not declare${meant.replace(/^,/, ';')}`;
  });
}

/** A river that fills the same table. */
type Sharing = readonly [name: string, river: RiverColumns];

/**
 * Rivers of one report that fill one table give a column the same type, and hash it with the same salt or not at all: else its
 * values could not be compared. Paths begin at the river.
 */
export function checkSharedColumns(
  river: RiverColumns,
  sharing: readonly Sharing[],
  report: Report,
): Problem[] {
  const own = describeByName(report, river);
  return sharing.flatMap(([name, other]) => {
    const theirs = describeByName(report, other);
    return [...new Set([...own.keys(), ...theirs.keys()])].flatMap((column) => {
      const [mine, its] = [own.get(column), theirs.get(column)];
      const difference =
        mine && its ? compare(mine, its) : findUnshared(column, mine ?? its, mine ? other : river, !mine);
      if (difference === undefined) return [];
      return [
        {
          path: mine?.isChosen ? pathTo(mine.declared.name) : ['target', 'table'],
          message: `expected ${column} as the river ${name} has it, which fills ${river.target?.table} as well: ${difference}`,
        },
      ];
    });
  });
}

type Described = StoredColumn & { readonly isChosen: boolean };

function describeByName(report: Report, river: RiverColumns): Map<string, Described> {
  const { stored } = planColumns(declaredColumns(report, river), river.columns);
  const columns = stored.flatMap((column) => (column ? [column] : []));
  return new Map(
    columns.map((column) => [
      column.name,
      { ...column, isChosen: Object.hasOwn(river.columns ?? {}, column.declared.name) },
    ]),
  );
}

/** The salts may be secrets: only whether they are the same is said. */
function compare(mine: Described, its: Described): string | undefined {
  if (mine.salt !== its.salt)
    return mine.salt !== undefined && its.salt !== undefined
      ? 'the salts differ'
      : mine.salt === undefined
        ? 'it is hashed there, and not here'
        : 'it is hashed here, and not there';
  const known = mine.waits !== 'untyped' && its.waits !== 'untyped';
  return known && mine.type !== its.type ? `it is ${mine.type} here, and ${its.type} there` : undefined;
}

/** A field that waits is brought by the other river as well, as it comes, unless that leaves it out. */
function findUnshared(
  column: string,
  one: Described | undefined,
  other: RiverColumns,
  isTheirs: boolean,
): string | undefined {
  if (one?.waits !== 'typed' || one.declared.name !== column || other.columns?.[column] === 'omit')
    return undefined;
  const what = one.salt === undefined ? `${one.type}` : 'hashed';
  return isTheirs ? `it is ${what} there, and not here` : `it is ${what} here, and not there`;
}
