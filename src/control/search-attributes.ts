import { riverSearchAttributes } from '../domain/run/search-attributes.ts';
import type { TemporalClient } from './connect-temporal.ts';

/** Temporal's words for the types, as its CLI takes them. */
const typeInCli: Readonly<Record<string, string>> = { KEYWORD: 'Keyword', INT: 'Int' };

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
  const each = missing.map(([name, type]) => `--name ${name} --type ${typeInCli[type] ?? type}`).join(' ');
  return {
    names: missing.map(([name]) => name),
    command: `temporal operator search-attribute create --namespace ${namespace} ${each}`,
  };
}
