import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import type * as clack from '@clack/prompts';

/** Something to choose. */
export interface Choice<T> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

export interface TextOptions {
  readonly initial?: string;
  /** Nothing may be typed. */
  readonly optional?: boolean;
  /** What is wrong with the text; undefined where nothing is. */
  readonly validate?: (text: string) => string | undefined;
}

/** Asks the person at the terminal, one question after the other. Each question throws `Unanswered` when it is cancelled. */
export interface Person {
  tell(line: string): void;
  text(question: string, options?: TextOptions): Promise<string>;
  secret(question: string): Promise<string>;
  one<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T>;
  /** The same of many: typing narrows them down. */
  search<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T>;
  /** Any number of them; none where nothing is chosen. */
  several<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T[]>;
}

const showCursor = '\n\u001b[?25h';

/** Ctrl-C, Ctrl-D or Escape at a question. */
export class Unanswered extends Error {}

/** How many choices are shown at a time. */
const shownAtOnce = 10;

/** Questions go to standard error, as all that is not the answer of a command. The library is loaded here: no other command asks. */
export async function askPerson(): Promise<Person> {
  const prompts = await import('@clack/prompts');
  const output = process.stderr;
  // After Ctrl-D the library reads no more and settles nothing, so that nothing keeps the process alive.
  const abandoned = once(process, 'beforeExit').then((): never => {
    output.write(showCursor);
    throw new Unanswered();
  });
  abandoned.catch(() => {});
  const answered = async <T>(answer: Promise<T | typeof clack.CANCEL_SYMBOL>): Promise<T> => {
    const given = await Promise.race([answer, abandoned]);
    if (prompts.isCancel(given)) throw new Unanswered();
    return given as T;
  };
  // A name of the API may hold anything, and the terminal would obey it.
  const toOptions = <T extends string>(choices: readonly Choice<T>[]) =>
    choices.map(({ value, label, hint }) => ({
      value,
      label: oneLine(label) || '–',
      ...(hint !== undefined && { hint: oneLine(hint) }),
    })) as clack.Option<T>[];
  return {
    tell: (line) => prompts.log.info(line, { output }),
    text: async (message, { initial, optional = false, validate } = {}) =>
      (
        await answered(
          prompts.text({
            message,
            output,
            ...(initial !== undefined && { initialValue: initial }),
            validate: (typed) => {
              const text = typed?.trim() ?? '';
              return text === '' ? (optional ? undefined : 'Type something.') : validate?.(text);
            },
          }),
        )
      )?.trim() ?? '',
    secret: async (message) => (await answered(prompts.password({ message, output })))?.trim() ?? '',
    one: (message, choices) =>
      answered(prompts.select({ message, output, options: toOptions(choices), maxItems: shownAtOnce })),
    search: (message, choices) =>
      answered(prompts.autocomplete({ message, output, options: toOptions(choices), maxItems: shownAtOnce })),
    several: (message, choices) =>
      answered(
        prompts.autocompleteMultiselect({
          message,
          output,
          options: toOptions(choices),
          maxItems: shownAtOnce,
          required: false,
        }),
      ),
  };
}

const oneLine = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
