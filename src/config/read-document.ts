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

/** A YAML document as plain values, which still knows where each of them stands. */
export interface SourceDocument {
  readonly value: unknown;
  /** Why it cannot be read; none where it can. */
  readonly errors: readonly { readonly position: Position; readonly message: string }[];
  /** Where a value stands, or its key; of what is missing, the nearest thing around it. */
  positionOf(path: Path, what?: 'value' | 'key'): Position;
}

/** Aliases that would unfold into more than this are refused. */
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
    message: messageOf(error, text),
  }));
  if (errors.length === 0) errors.push(...checkNodes(document, positionAt));
  let value: unknown = null;
  if (errors.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: aliasesAtMost });
    } catch {
      errors.push({
        position: { line: 1, column: 1 },
        message: 'not YAML: aliases (*name) that unfold without end',
      });
    }
  }
  return {
    value,
    errors: firstOfEachLine(errors),
    positionOf: (path, what = 'value') => positionAt(offsetOf(document, path, what)),
  };
}

type SyntaxFault = SourceDocument['errors'][number];

/** One mistake throws the parser off until the line's end. */
function firstOfEachLine(errors: readonly SyntaxFault[]): SyntaxFault[] {
  return errors.filter(
    ({ position }, at) => errors.findIndex((other) => other.position.line === position.line) === at,
  );
}

/** What the parser lets pass: an alias of nothing, and the key that schemas leave out without a word. */
function checkNodes(document: Document, positionAt: (offset: number) => Position): SyntaxFault[] {
  const faults: SyntaxFault[] = [];
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document)) return;
      faults.push({ position: positionAt(startOf(alias)), message: `not YAML: ${wordsOfCode.BAD_ALIAS}` });
    },
    Pair(_key, { key }) {
      if (!isNode(key) || String(key) !== '__proto__') return;
      faults.push({ position: positionAt(startOf(key)), message: 'expected another key, got "__proto__"' });
    },
  });
  return faults;
}

/** A collection is pointed at by its key: in block style it begins a line below. */
function offsetOf(document: Document, path: Path, what: 'value' | 'key'): number {
  let found: { key: number | undefined; value: Node | null } = { key: undefined, value: document.contents };
  for (const step of path) {
    const next = child(document, found.value, step);
    if (!next) return found.key ?? startOf(found.value);
    found = next;
  }
  const byKey = what === 'key' || isCollection(found.value) || found.value === null;
  return (byKey ? found.key : undefined) ?? startOf(found.value);
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
  return pair && { key: startOf(pair.key as Node), value: isNode(pair.value) ? pair.value : null };
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}

/** In our words: the parser's own quote the text around the place, which may hold a secret. */
function messageOf({ code, pos }: YAMLError, text: string): string {
  if (code === 'UNEXPECTED_TOKEN' && text.slice(0, pos[0] + 1).endsWith('${')) {
    return `not YAML: \${NAME} stands in double quotes inside { } and [ ]`;
  }
  return `not YAML: ${wordsOfCode[code] ?? 'this cannot be read'}`;
}

const wordsOfCode: Readonly<Partial<Record<ErrorCode, string>>> = {
  ALIAS_PROPS: 'an alias (*name) takes no tag or anchor',
  BAD_ALIAS: 'an alias (*name) without its anchor (&name) above it; text that begins with * stands in quotes',
  BAD_COLLECTION_TYPE: 'this tag does not go with this kind of value',
  BAD_DIRECTIVE: 'text that begins with % stands in quotes',
  BAD_DQ_ESCAPE: 'this \\ means nothing inside double quotes; single quotes leave it as it is',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_SCALAR_START: 'text cannot begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one line; put text that holds one in quotes',
  BLOCK_IN_FLOW: 'this cannot stand inside { } or [ ]',
  DUPLICATE_KEY: 'this key stands here twice',
  MISSING_CHAR: 'a character is missing, such as a closing quote, bracket or brace, or a comma or colon',
  MULTILINE_IMPLICIT_KEY: 'a key has to stand on one line, with a colon and a space after it',
  MULTIPLE_DOCS: 'a second document (---) in one file',
  NON_STRING_KEY: 'a key has to be plain text',
  TAB_AS_INDENT: 'a tab in the indentation; use spaces',
  TAG_RESOLVE_FAILED: 'tags (!name) mean nothing here; text that begins with ! stands in quotes',
  UNEXPECTED_TOKEN: 'something that does not belong here',
};
