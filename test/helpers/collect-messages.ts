import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A text of the source that a person may come to read, with `…` where a value is filled in. */
export interface SourceMessage {
  readonly place: string;
  readonly text: string;
}

const source = fileURLToPath(new URL('../../src/', import.meta.url));

/**
 * The simulator speaks for Optimove; docs/reports.md has the catalogue, docs/dashboard.md the pages, docs/states.md the sentences of a run. The others write
 * comments of tables and columns.
 */
const elsewhere =
  /^(simulator|domain\/catalogue)\/|^dashboard\/(layout|charts|[a-z]+-page|run-lines)\.ts$|^domain\/(run\/sentences|column\/(column-comment|river-table))\.ts$/;

/** What a command prints when it is asked for help, and what Temporal's Web UI shows beside a form. */
const helpCalls = new Set([
  'describe',
  'description',
  'option',
  'requiredOption',
  'argument',
  'addHelpText',
  'setCurrentDetails',
]);
const helpKeys = /^(descriptions?|summary|staticSummary|words|required)$|[hH]elp$/;
/** Properties that hold what a person reads; `reason`: why a warehouse cannot be written to. */
const messageKeys = new Set(['message', 'fault', 'reason']);
/** These say that River itself is wrong, with no advice but to report it, or are reworded by who called a parser. */
const mistakes = new Set(['Error', 'RangeError', 'SyntaxError', 'TypeError']);

/**
 * The messages of River, found in its source: the text of each failure (`new …Error(text)`), each property that holds one, and
 * everything else that is a whole sentence, from a capital or a value to a full stop or a value. Words that are filled into a message, such
 * as the reason of a database, are no messages of their own.
 */
export function collectMessages(): SourceMessage[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !elsewhere.test(file))
    .sort()
    .flatMap(collectFrom);
}

function collectFrom(file: string): SourceMessage[] {
  const tree = ts.createSourceFile(
    file,
    readFileSync(`${source}${file}`, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: SourceMessage[] = [];
  const visit = (node: ts.Node, isMessage: boolean): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || isHelp(node)) return;
    if (isHelpCall(node)) {
      visit(node.expression, false);
      return;
    }
    if (isText(node)) {
      const text = readText(node)
        .replaceAll(/\s+/g, ' ')
        .replaceAll(/…(\s*…)+/g, '…')
        .trim();
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
      if (isMessage ? hasWords(text, 2) : isSentence(text))
        found.push({ place: `src/${file}:${line + 1}`, text });
      return;
    }
    const says = isMessage || saysMessage(node);
    ts.forEachChild(node, (child) => visit(child, says && !isOtherArgument(node, child)));
  };
  visit(tree, false);
  return found;
}

const isText = (node: ts.Node): boolean =>
  ts.isStringLiteralLike(node) ||
  ts.isTemplateExpression(node) ||
  (ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
    (isText(node.left) || isText(node.right)));

/** A text with `…` for each value that is filled in. */
function readText(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  if (ts.isBinaryExpression(node)) return readText(node.left) + readText(node.right);
  return '…';
}

/** A failure that is made, or a property that holds a message. */
function saysMessage(node: ts.Node): boolean {
  if (ts.isNewExpression(node)) {
    const name = node.expression.getText();
    return name.endsWith('Error') && !mistakes.has(name);
  }
  return ts.isPropertyAssignment(node) && messageKeys.has(node.name.getText());
}

/** Of a failure only the first argument is its message; what calls take inside of it is no message by itself. */
function isOtherArgument(node: ts.Node, child: ts.Node): boolean {
  if (ts.isNewExpression(node)) return child !== node.arguments?.[0];
  return ts.isCallExpression(node) || ts.isArrowFunction(node) || ts.isFunctionLike(node);
}

function isHelp(node: ts.Node): boolean {
  if (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node))
    return helpKeys.test(node.name.getText());
  if (ts.isFunctionDeclaration(node)) return /[hH]elp$/.test(node.name?.getText() ?? '');
  if (ts.isNewExpression(node)) return mistakes.has(node.expression.getText());
  // Below the options of a command several lines follow, after an empty one.
  return isText(node) && /^\n[^\n]+\n/.test(readText(node));
}

const isHelpCall = (node: ts.Node): node is ts.CallExpression =>
  ts.isCallExpression(node) && helpCalls.has(/\w*$/.exec(node.expression.getText())?.[0] ?? '');

const hasWords = (text: string, count: number): boolean => (text.match(/\p{L}{2,}/gu) ?? []).length >= count;

const isSentence = (text: string): boolean => /^[\p{Lu}…].*([.?]|\. …)$/su.test(text) && hasWords(text, 4);
