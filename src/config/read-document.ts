import {
  type Document,
  type ErrorCode,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Path } from '#domain/river/problem';

/** A position in a file, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A YAML document as plain values that knows the position of each of them. */
export interface SourceDocument {
  readonly value: unknown;
  /** Syntax errors; empty if there are none. */
  readonly errors: readonly { readonly position: Position; readonly message: string }[];
  /** The position of a value or of its key; for a missing one, of what surrounds it. */
  findPosition(path: Path, what?: 'value' | 'key'): Position;
}

/** Aliases that expand to more than this are refused. */
const aliasesAtMost = 100;

export function readDocument(text: string): SourceDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const errors = [...document.errors, ...document.warnings].map((error) => ({
    position: positionAt(error.pos[0]),
    message: describeError(error, text),
  }));
  if (errors.length === 0) errors.push(...checkNodes(document, positionAt));
  let value: unknown = null;
  if (errors.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: aliasesAtMost });
    } catch {
      errors.push({
        position: { line: 1, column: 1 },
        message: 'not YAML: aliases (*name) that expand without end',
      });
    }
  }
  return {
    value,
    errors: firstOfEachLine(errors),
    findPosition: (path, what = 'value') => positionAt(findOffset(document, path, what)),
  };
}

type SyntaxFault = SourceDocument['errors'][number];

/** After one mistake the parser reports more errors until the end of the line. */
function firstOfEachLine(errors: readonly SyntaxFault[]): SyntaxFault[] {
  return errors.filter(
    ({ position }, at) => errors.findIndex((other) => other.position.line === position.line) === at,
  );
}

/** What the parser accepts and River does not: an alias without an anchor, and the key that schemas drop silently. */
function checkNodes(document: Document, positionAt: (offset: number) => Position): SyntaxFault[] {
  const faults: SyntaxFault[] = [];
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document)) return;
      faults.push({
        position: positionAt(startOffset(alias)),
        message: `not YAML: ${messageByCode.BAD_ALIAS}`,
      });
    },
    Pair(_key, { key }) {
      if (!isNode(key) || String(key) !== '__proto__') return;
      faults.push({
        position: positionAt(startOffset(key)),
        message: 'expected another key, got "__proto__"',
      });
    },
  });
  return faults;
}

/** For a collection, the position of its key: in block style the value begins a line below. */
function findOffset(document: Document, path: Path, what: 'value' | 'key'): number {
  let found: { key: number | undefined; value: Node | null } = { key: undefined, value: document.contents };
  for (const step of path) {
    const next = child(document, found.value, step);
    if (!next) return found.key ?? startOffset(found.value);
    found = next;
  }
  const byKey = what === 'key' || isCollection(found.value) || found.value === null;
  return (byKey ? found.key : undefined) ?? startOffset(found.value);
}

function child(
  document: Document,
  parent: Node | null,
  step: string | number,
): { key: number | undefined; value: Node | null } | undefined {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isSeq(node)) {
    const item = node.items[Number(step)];
    return isNode(item) ? { key: undefined, value: item } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isNode(key) && String(key) === String(step));
  return pair && { key: startOffset(pair.key as Node), value: isNode(pair.value) ? pair.value : null };
}

function startOffset(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}

/** In River's words: the parser's messages quote the text around the place, which may hold a secret. */
function describeError({ code, pos }: YAMLError, text: string): string {
  if (code === 'UNEXPECTED_TOKEN' && text.slice(0, pos[0] + 1).endsWith('${')) {
    return `not YAML: \${NAME} must be in double quotes inside { } and [ ]`;
  }
  return `not YAML: ${messageByCode[code] ?? 'this cannot be read'}`;
}

const messageByCode: Readonly<Partial<Record<ErrorCode, string>>> = {
  ALIAS_PROPS: 'an alias (*name) takes no tag or anchor',
  BAD_ALIAS:
    'an alias (*name) without its anchor (&name) above it; text that begins with * must be in quotes',
  BAD_COLLECTION_TYPE: 'this tag does not fit this kind of value',
  BAD_DIRECTIVE: 'text that begins with % must be in quotes',
  BAD_DQ_ESCAPE: 'this \\ is not an escape inside double quotes; use single quotes to keep it',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_SCALAR_START: 'text cannot begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one line; put text that holds one in quotes',
  BLOCK_IN_FLOW: 'this is not allowed inside { } or [ ]',
  DUPLICATE_KEY: 'this key is given twice',
  MISSING_CHAR: 'a character is missing, such as a closing quote, bracket or brace, or a comma or colon',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line, with a colon and a space after it',
  MULTIPLE_DOCS: 'a second document (---) in one file',
  NON_STRING_KEY: 'a key has to be plain text',
  TAB_AS_INDENT: 'a tab in the indentation; use spaces',
  TAG_RESOLVE_FAILED: 'tags (!name) mean nothing here; text that begins with ! must be in quotes',
  UNEXPECTED_TOKEN: 'something that does not belong here',
};
