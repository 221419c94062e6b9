import type { Secret } from '#domain/secret';

/** Blots these secrets out of a text, also where they were escaped for JSON or for a URL. */
export function hideSecrets(secrets: readonly Secret[]): (text: string) => string {
  return (text) =>
    secrets.flatMap(spellings).reduce((rest, spelling) => rest.replaceAll(spelling, '[secret]'), text);
}

function spellings(secret: Secret): string[] {
  const value = secret.reveal().toWellFormed();
  if (value === '') return [];
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
}
