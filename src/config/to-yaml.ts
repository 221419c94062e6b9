import { stringify } from 'yaml';

/** A document as a person reads it: an anchor in place of a repeated list would puzzle them, and lines stay as they are. */
export const toYaml = (document: unknown): string =>
  stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
