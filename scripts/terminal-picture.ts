/**
 * Draws what a terminal shows as a picture for the README: node scripts/terminal-picture.ts 'river demo' < output > picture.svg
 * Long lines are cut.
 */
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';

const [columns, lineHeight, characterWidth, margin] = [96, 19, 7.83, 18];
const command = process.argv[2] ?? '';
const output = stripVTControlCharacters(await text(process.stdin))
  .trimEnd()
  .split('\n');
const lines = [`$ ${command}`, ...output].map((line) =>
  line.length > columns ? `${line.slice(0, columns - 1)}…` : line,
);

const width = Math.ceil(columns * characterWidth + 2 * margin);
const height = lines.length * lineHeight + 2 * margin + 16;
const escapeXml = (line: string): string =>
  line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const drawn = lines.map((line, at) => {
  const y = margin + 16 + (at + 1) * lineHeight - 5;
  const kind = line.startsWith('$ ') ? ' class="typed"' : /^[█░]/.test(line) ? ' class="bar"' : '';
  return `<text x="${margin}" y="${y}"${kind} xml:space="preserve">${escapeXml(line)}</text>`;
});

process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(command)}">
<style>text { font: 13px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d5dbe3 } .typed { fill: #fff; font-weight: bold } .bar { fill: #6fd3a5 }</style>
<rect width="100%" height="100%" rx="10" fill="#161b22"/>
<circle cx="20" cy="17" r="5" fill="#f2685f"/><circle cx="38" cy="17" r="5" fill="#f5bd4f"/><circle cx="56" cy="17" r="5" fill="#61c454"/>
${drawn.join('\n')}
</svg>
`);
