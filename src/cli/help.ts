import type { Command, HelpConfiguration } from 'commander';
import { closest } from '#domain/river/closest';

/** What is done, and the command line that does it. */
type Example = readonly [what: string, line: string];

/** The examples below the help of a command: two at least. */
export const examples = (...all: readonly [Example, Example, ...Example[]]): string =>
  ['', 'Examples:', ...all.flatMap(([what, line]) => [`  ${what}:`, `    ${line}`])].join('\n');

const headingWidth = 9;

/**
 * The help of `river` fits one screen: a line for each command, and the heading of its group on the line of the first. The help of
 * a command stays as it is.
 */
export const helpOnOneScreen = (headings: readonly string[]): HelpConfiguration => ({
  showGlobalOptions: true,
  visibleCommands: ({ commands }) => commands.filter((command) => command.name() !== 'help'),
  visibleArguments: forPeople,
  subcommandTerm: (command) => [command.name(), ...forPeople(command).map(argumentTerm)].join(' '),
  formatItemList: (heading, items) => {
    if (items.length === 0) return [];
    if (!headings.includes(heading)) return [heading, ...items, ''];
    const first = items.map((item, at) => (at === 0 ? heading : '').padEnd(headingWidth) + item.trimStart());
    return [...first, ''];
  },
});

/** An argument that is not described is for a program. */
const forPeople = ({ registeredArguments }: Command): Argument[] =>
  registeredArguments.filter(({ description }) => description !== '');

type Argument = Command['registeredArguments'][number];

function argumentTerm(argument: Argument): string {
  const term = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${term}>` : `[${term}]`;
}

/** What is wrong with these words, what was probably meant, and where the help is. */
export function explainUsage(error: string, program: Command, words: readonly string[]): string {
  const command = findCommand(program, words);
  const names: string[] = [];
  for (let at: Command | null = command; at; at = at.parent) names.unshift(at.name());
  const has = command.commands.length > 0 ? 'commands' : 'arguments and options';
  return `${nameKnown(error, command)}(${names.join(' ')} --help shows its ${has})\n`;
}

/** Commander guesses what was meant by a mistyped word; where nothing is similar but for its case, this names what there is. */
function nameKnown(error: string, command: Command): string {
  if (error.includes('Did you mean')) return error;
  const [, unknown] = /^error: unknown command '(.*)'/.exec(error) ?? [];
  if (unknown !== undefined) {
    const names = command.commands.map((each) => each.name());
    const meant = closest(unknown, names);
    return `${error}${meant === undefined ? `The commands are ${names.join(', ')}.` : `(Did you mean ${meant}?)`}\n`;
  }
  if (error.startsWith('error: unknown option') && command.options.length > 0)
    return `${error}The options of ${command.name()} are ${command.options.map(({ long }) => long).join(', ')}.\n`;
  return error;
}

/** Whether the words before the first option name a command that there is not. */
export function namesUnknown(program: Command, words: readonly string[]): boolean {
  let command = program;
  for (const word of words) {
    if (word.startsWith('-') || word === 'help' || command.commands.length === 0) return false;
    const next = command.commands.find((each) => each.name() === word);
    if (!next) return true;
    command = next;
  }
  return false;
}

/** The command or sub-command that these words name. */
const findCommand = (program: Command, words: readonly string[]): Command =>
  words.reduce((command, word) => command.commands.find((each) => each.name() === word) ?? command, program);
