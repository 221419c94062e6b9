/**
 * The salts of a run: it hashes with those that it was opened with, to its end and in each of its retries. Where one is missing
 * or another by now, nothing is pulled, because rows of two salts could not be told apart.
 */

import { type HashText, listSalts } from '#domain/column/chosen-columns';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import type { River } from '#domain/river/river';
import type { NewRun, SaltFingerprints } from '#domain/run/stored-run';

/** What a run that is opened now remembers of its salts; nothing where its river hashes nothing. */
export function fingerprintSalts(
  { columns, name }: River,
  configuration: Configuration,
): { readonly salts?: SaltFingerprints } {
  const references = listSalts(columns);
  if (references.length === 0) return {};
  return {
    salts: Object.fromEntries(
      references.map((reference) => [reference, findSalt(reference, name, configuration).fingerprint]),
    ),
  };
}

/**
 * Hashes texts as the run was opened to. Throws ConfigurationError where it cannot.
 */
export function hashAsOpened(
  { river, salts: opened = {}, workflowId }: Pick<NewRun, 'river' | 'salts' | 'workflowId'>,
  configuration: Configuration,
): HashText {
  const salts = new Map(
    listSalts(river.columns).map((reference) => {
      const salt = findSalt(reference, river.name, configuration);
      if (salt.fingerprint !== opened[reference]) throw changed(reference, river.name, workflowId);
      return [reference, salt];
    }),
  );
  return (reference, text) => {
    const salt = salts.get(reference);
    if (!salt) throw new RangeError(`no salt ${reference} was read`);
    return salt.hash(text);
  };
}

function findSalt(reference: string, river: string, { salts, file }: Configuration) {
  const salt = salts.get(reference);
  if (salt) return salt;
  throw new ConfigurationError(
    `The river ${river} hashes columns with the salt ${reference}, which ${file} does not name any more. Name it there again, or start the river anew.`,
    { facts: { river, salt: reference } },
  );
}

const changed = (reference: string, river: string, workflowId: string): ConfigurationError =>
  new ConfigurationError(
    `The salt ${reference} is not the one that the run ${workflowId} of ${river} was opened with: its rows would be hashed with two salts. ` +
      'Set the earlier salt again and retry the run, or start the river anew.',
    { facts: { river, workflowId, salt: reference } },
  );
