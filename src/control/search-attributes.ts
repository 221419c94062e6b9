import { riverSearchAttributes } from '../domain/run/search-attributes.ts';
import type { TemporalClient } from './connect-temporal.ts';

/** Temporal's words for the types, as its CLI takes them. */
const typeInCli: Readonly<Record<string, string>> = { KEYWORD: 'Keyword', INT: 'Int' };

/** River's search attributes that the namespace lacks, each with the command that registers it. */
export async function missingSearchAttributes({
  client,
  namespace,
}: TemporalClient): Promise<{ name: string; command: string }[]> {
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  return Object.entries(riverSearchAttributes)
    .filter(([name]) => !(name in (customAttributes ?? {})))
    .map(([name, type]) => ({
      name,
      command: `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${typeInCli[type] ?? type}`,
    }));
}
