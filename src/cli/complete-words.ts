import type { Command, Option } from 'commander';

/** A word that may stand here, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly meaning: string;
}

/** What may stand at the cursor: one of these words, or the name of a file. */
export type Completion = readonly Candidate[] | 'files';

/** Where the words for arguments and values of options come from. */
export interface KnownWords {
  rivers(): Promise<readonly Candidate[]>;
  reports(): Promise<readonly Candidate[]>;
  shells(): Promise<readonly Candidate[]>;
  connections(): Promise<readonly Candidate[]>;
  periods(): Promise<readonly Candidate[]>;
  chunkUnits(): Promise<readonly Candidate[]>;
  loadModes(): Promise<readonly Candidate[]>;
}

/** The words for an argument, by the name that its command gives it. */
const byArgument: Readonly<Record<string, keyof KnownWords>> = {
  river: 'rivers',
  rivers: 'rivers',
  name: 'reports',
  shell: 'shells',
};

/** The words for the value of an option. */
const byOption: Readonly<Record<string, keyof KnownWords | 'files'>> = {
  '--config': 'files',
  '--output': 'files',
  '--lift': 'connections',
  '--predefined': 'periods',
  '--period': 'periods',
  '--every': 'chunkUnits',
  '--load': 'loadModes',
  '--report': 'reports',
};

/** What may stand in the place of the last of these words, which may be empty or only begun. */
export async function completeWords(
  program: Command,
  words: readonly string[],
  known: KnownWords,
): Promise<Completion> {
  const begun = words.at(-1) ?? '';
  const all = await listCandidates({ ...walk(program, words.slice(0, -1)), begun, known });
  return all === 'files' ? all : all.filter(({ word }) => word.startsWith(begun));
}

interface Place {
  readonly command: Command;
  /** The option whose value stands here. */
  readonly option: Option | undefined;
  /** How many arguments stand before. */
  readonly position: number;
  /** Whether the command is asked for the days of a river: its argument is then a river. */
  readonly ofDays: boolean;
}

/** Goes through the words before the cursor. */
function walk(program: Command, words: readonly string[]): Place {
  let command = program;
  let position = 0;
  let option: Option | undefined;
  for (const word of words) {
    if (option) {
      option = undefined;
    } else if (word.startsWith('-')) {
      const named = optionsOf(command).find(({ long, short }) => long === word || short === word);
      option = named?.required || named?.optional ? named : undefined;
    } else {
      const next = command.commands.find((each) => each.name() === word);
      if (next) command = next;
      else position += 1;
    }
  }
  return { command, option, position, ofDays: words.includes('--days') };
}

/** A command's own options, then those of every command. */
const optionsOf = (command: Command): Option[] => [
  ...command.createHelp().visibleOptions(command),
  ...command.createHelp().visibleGlobalOptions(command),
];

async function listCandidates({
  command,
  option,
  position,
  ofDays,
  begun,
  known,
}: Place & { begun: string; known: KnownWords }): Promise<Completion> {
  if (option) {
    const source = byOption[option.long ?? ''];
    return source === undefined || source === 'files' ? (source ?? []) : known[source]();
  }
  if (begun.startsWith('-'))
    return optionsOf(command).map(({ long, description }) => ({ word: long ?? '', meaning: description }));
  if (command.commands.length > 0)
    return command
      .createHelp()
      .visibleCommands(command)
      .map((each) => ({ word: each.name(), meaning: each.summary() || each.description() }));
  const all = command.registeredArguments;
  const argument = all[position] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
  const source = argument && (ofDays ? 'rivers' : byArgument[argument.name()]);
  return source === undefined ? [] : known[source]();
}
