import type { Connection } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { encodeSearchAttributeIndexedValueType as encodeType } from '@temporalio/common/lib/search-attributes.js';
import { riverSearchAttributes, typeInCli } from '#domain/run/temporal-names';

/** How a namespace has registered River's search attributes. */
export interface SearchAttributesFound {
  /** Names that a run may set. */
  readonly usable: readonly string[];
  readonly missing: readonly string[];
  /** Names that are registered with another type: setting one would block the run for ever. */
  readonly mistyped: readonly { readonly name: string; readonly type: string; readonly wanted: string }[];
}

type Wanted = Readonly<Record<string, SearchAttributeType>>;

const types = Object.keys(typeInCli) as SearchAttributeType[];

/** Asks the namespace once for all its search attributes, and compares them with those that River sets. */
export async function readSearchAttributes(
  { operatorService }: Pick<Connection, 'operatorService'>,
  namespace: string,
  wanted: Wanted = riverSearchAttributes,
): Promise<SearchAttributesFound> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  return compareSearchAttributes(customAttributes ?? {}, wanted);
}

/** `registered`: names with Temporal's numbers of their types. */
export function compareSearchAttributes(
  registered: Readonly<Record<string, number | null>>,
  wanted: Wanted = riverSearchAttributes,
): SearchAttributesFound {
  const all = Object.entries(wanted).map(([name, type]) => {
    const encoded = registered[name] ?? undefined;
    const found = encoded === undefined ? undefined : types.find((one) => encodeType(one) === encoded);
    return { name, type, found, isRegistered: name in registered };
  });
  return {
    usable: all.filter(({ type, found }) => found === type).map(({ name }) => name),
    missing: all.filter(({ isRegistered }) => !isRegistered).map(({ name }) => name),
    mistyped: all
      .filter(({ type, found, isRegistered }) => isRegistered && found !== type)
      .map(({ name, type, found }) => ({
        name,
        type: found === undefined ? 'another' : typeInCli[found],
        wanted: typeInCli[type],
      })),
  };
}

/** What `check` says of them: which commands register what is missing, and remove what has another type. */
export function describeSearchAttributes(
  { missing, mistyped }: SearchAttributesFound,
  namespace: string,
): string[] {
  const types: Wanted = riverSearchAttributes;
  const each = missing
    .map((name) => `--name ${name} --type ${typeInCli[types[name] ?? 'KEYWORD']}`)
    .join(' ');
  return [
    ...(missing.length === 0
      ? []
      : [
          `runs cannot be found by ${missing.join(', ')} until a worker registers them, or you do: temporal operator search-attribute create --namespace ${namespace} ${each}`,
        ]),
    ...mistyped.map(
      ({ name, type, wanted }) =>
        `the search attribute ${name} has the type ${type}, River needs ${wanted}: runs load without it. If it is not used otherwise: temporal operator search-attribute remove --namespace ${namespace} --name ${name}, then the next worker registers River's own`,
    ),
  ];
}

/** Registers the attributes that the namespace lacks, and returns their names. Several workers may do it at the same time. */
export async function registerSearchAttributes(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
  wanted: Wanted = riverSearchAttributes,
): Promise<string[]> {
  const { missing } = await readSearchAttributes(connection, namespace, wanted);
  // One by one: if another worker registers the same ones, only those that it registered first are refused.
  for (const name of missing) {
    const type = wanted[name];
    const searchAttributes = { [name]: (type && encodeType(type)) ?? 0 };
    try {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }
  return [...missing];
}

/** gRPC status 6. */
function isAlreadyExists(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 6;
}
