const excerptAtMost = 100;
/** What is masked takes less room than it had, so more is looked at than is quoted. */
const maskedAtMost = 600;
const masked = '***';

/**
 * An excerpt of another side's words (the API, a database), for a message: on one line, with at most 100 characters, in which e-mail addresses, quoted strings
 * and words with digits are masked. `hide` removes secrets.
 */
export function excerpt(text: string, hide: (text: string) => string = (same) => same): string {
  const beginning = hide(text.slice(0, 10 * maskedAtMost))
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  const looked = beginning.slice(0, maskedAtMost);
  // A word that is cut could hide from the mask what it is.
  const whole = looked === beginning ? looked : looked.replace(/ [^ ]*$/, '');
  return shorten(mask(whole));
}

/** Masks what may be a person's: a quoted string that is not closed goes on to the end. */
export function mask(text: string): string {
  return text
    .replaceAll(/[^\s"'“”«»<>()[\],;:]+@[^\s"'“”«»<>()[\],;:]+/gu, masked)
    .replaceAll(/"[^"]*(?:"|$)|“[^”]*(?:”|$)|«[^»]*(?:»|$)|`[^`]*(?:`|$)/gu, masked)
    .replaceAll(/(?<![\p{L}\p{N}])['‘](?:[^'’]|['’](?=[\p{L}\p{N}]))*(?:['’]|$)/gu, masked)
    .replaceAll(/[\p{L}\p{M}_@.:/+%#-]*\p{N}[\p{L}\p{M}\p{N}_@.:/+%#-]*/gu, masked);
}

export function shorten(text: string): string {
  const characters = [...text];
  return characters.length <= excerptAtMost ? text : `${characters.slice(0, excerptAtMost - 1).join('')}…`;
}
