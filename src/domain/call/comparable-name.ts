/** Blanks of any kind, those of no width included. */
const blanks = /[\s\u0085\u180e\u200b\u2060]+/gu;

/**
 * A name as it is compared: two are the same whatever their case, however their accents are composed (NFC), and
 * whichever blanks stand in them; none counts at the ends. No language has a say: by the rules of one, names of another would differ.
 * @example comparableName('\u00a0Tre\u0300s  ACTIFS ') === comparableName('Très actifs') // true
 */
export const comparableName = (name: string): string =>
  Array.from(name.normalize('NFC').replaceAll(blanks, ' ').trim(), foldCase).join('').normalize('NFC');

/** Upwards and down again, so that ß is ss and ς is σ; ı is a letter of its own, whose capital is another's. */
const foldCase = (letter: string): string =>
  letter === 'ı' ? letter : letter.toLowerCase().toUpperCase().toLowerCase();
