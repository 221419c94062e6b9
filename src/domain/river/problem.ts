import { ConfigurationError, type Fault } from '../errors.ts';
import { type Path, pathText, startsWith } from './path.ts';

/** A fault before its place is known: what is wrong at which path of a river, a file or an input. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  /** It is about something left out: not to be said where that is there, but wrong. */
  readonly missing?: true;
  /** The key beside it that would do as well as the missing one. */
  readonly orElse?: string;
  /** It is about the key, not about the value under it. */
  readonly about?: 'key';
}

/** `<place> <path>: <message>`, as every fault reads. */
export function faultText({ place, path, message }: Fault): string {
  return `${path === '' ? place : `${place} ${path}`}: ${message}`;
}

export function faultAt(place: string, problem: Problem): Fault {
  return { place, path: pathText(problem.path), message: problem.message };
}

/** One error for all faults; its message is one line for each. Equal lines are said once. */
export function configurationError(faults: readonly Fault[]): ConfigurationError {
  const byText = new Map(faults.map((fault) => [faultText(fault), fault]));
  return new ConfigurationError([...byText.keys()].join('\n'), { faults: [...byText.values()] });
}

/** What the checks of meaning add to the problems of shape: nothing about a value whose shape is wrong. */
export function besides(shape: readonly Problem[], meaning: readonly Problem[]): Problem[] {
  return meaning.filter(({ path, missing, orElse }) => {
    const filledBy = [
      ...(missing === true ? [path] : []),
      ...(orElse === undefined ? [] : [[...path.slice(0, -1), orElse]]),
    ];
    return !shape.some(
      (problem) =>
        startsWith(path, problem.path) || filledBy.some((filled) => startsWith(problem.path, filled)),
    );
  });
}
