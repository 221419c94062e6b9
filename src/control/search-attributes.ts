import type { SearchAttributeType } from '@temporalio/common';
import { encodeSearchAttributeIndexedValueType as encodeType } from '@temporalio/common/lib/search-attributes.js';
import { riverSearchAttributes, typeInCli } from '#domain/run/temporal-names';
import type { TemporalClient } from './connect-temporal.ts';

const types = Object.keys(typeInCli) as SearchAttributeType[];

type Registered = Readonly<Record<string, number | null>> | null | undefined;

const typeIn = (registered: Registered, name: string): SearchAttributeType | 'another' | undefined => {
  const encoded = registered?.[name];
  if (encoded === undefined || encoded === null) return undefined;
  return types.find((type) => encodeType(type) === encoded) ?? 'another';
};

/** Names of River's search attributes that a run may set: one of another type would block it for ever. */
export const usableSearchAttributes = (registered: Registered): string[] =>
  Object.entries(riverSearchAttributes).flatMap(([name, type]) =>
    typeIn(registered, name) === type ? [name] : [],
  );

/** River's names under which the namespace has attributes of another type, as a person reads it. */
export async function otherSearchAttributes({ client, namespace }: TemporalClient): Promise<string[]> {
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  return Object.entries(riverSearchAttributes).flatMap(([name, type]) => {
    const found = typeIn(customAttributes, name);
    if (found === undefined || found === type) return [];
    const is = found === 'another' ? found : typeInCli[found];
    const wanted = typeInCli[type];
    return [
      `the search attribute ${name} is of the type ${is}, River's is ${wanted}: runs load without it. Where nobody needs it: temporal operator search-attribute remove --namespace ${namespace} --name ${name}, then the next worker registers its own`,
    ];
  });
}

/** River's search attributes that the namespace lacks, with the command that registers them; undefined where none is missing. */
export async function missingSearchAttributes({
  client,
  namespace,
}: TemporalClient): Promise<{ readonly names: readonly string[]; readonly command: string } | undefined> {
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(riverSearchAttributes).filter(
    ([name]) => !(name in (customAttributes ?? {})),
  );
  if (missing.length === 0) return undefined;
  const each = missing.map(([name, type]) => `--name ${name} --type ${typeInCli[type]}`).join(' ');
  return {
    names: missing.map(([name]) => name),
    command: `temporal operator search-attribute create --namespace ${namespace} ${each}`,
  };
}
