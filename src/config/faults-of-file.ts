import type { Fault } from '#domain/errors';
import { faultAt, type Problem } from '#domain/river/problem';
import type { Position, SourceDocument } from './read-document.ts';

/** Problems with their places in the file, in the order in which a person meets them there. */
export function faultsOfProblems(
  problems: readonly Problem[],
  document: SourceDocument,
  file: string,
): Fault[] {
  return inOrder(
    problems.map((problem) => {
      const position = document.positionOf(problem.path, problem.about);
      return { position, fault: faultAt(placeText(file, position), problem) };
    }),
  );
}

/** Why a file is no YAML. */
export function faultsOfSyntax(document: SourceDocument, file: string): Fault[] {
  return inOrder(
    document.errors.map(({ position, message }) => ({
      position,
      fault: { place: placeText(file, position), path: '', message },
    })),
  );
}

/** A file that is not there, or cannot be read. */
export function faultUnreadable(file: string, folder: string, error: NodeJS.ErrnoException): Fault {
  const message =
    error.code === 'ENOENT' || error.code === 'ENOTDIR'
      ? `no such file in ${folder}. To begin, put a copy of examples/river.yaml there and change what is yours, or name another file with --config or RIVER_CONFIG`
      : error.code === 'EISDIR'
        ? 'is a folder, expected a file'
        : `cannot be read (${error.code ?? error.name})`;
  return { place: file, path: '', message };
}

function placeText(file: string, { line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

function inOrder(faults: readonly { readonly position: Position; readonly fault: Fault }[]): Fault[] {
  return faults
    .toSorted((a, b) => a.position.line - b.position.line || a.position.column - b.position.column)
    .map(({ fault }) => fault);
}
