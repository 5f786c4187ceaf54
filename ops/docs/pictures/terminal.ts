// Draws what a terminal shows as an SVG: text with colour codes from standard input (tmux capture-pane -e -p), the file as argument.
// `ops/docs/pictures/fleet.sh` calls it.
// oxlint-disable no-control-regex -- colour codes begin with the control character ESC
import { readFileSync, writeFileSync } from 'node:fs';
import { displayWidth } from '../../../lib/core/columns.ts';

const colours: Readonly<Record<number, string>> = {
  31: '#ff6b6b',
  32: '#51cf66',
  33: '#fcc419',
  34: '#74c0fc',
  35: '#da77f2',
  36: '#66d9e8',
  90: '#868e96',
};
const [cell, line, margin] = [8.4, 19, 14];
const rows = readFileSync(0, 'utf8').replace(/\n+$/, '').split('\n');
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
let columns = 0;
let style = { colour: '', bold: false, dim: false, inverse: false };
const drawn = rows.flatMap((row, index) => {
  let column = 0;
  const y = margin + index * line;
  return row.split(/(\u001B\[[\d;]*m)/).flatMap((part) => {
    const codes = /^\u001B\[([\d;]*)m$/.exec(part);
    if (codes) {
      for (const code of (codes[1] || '0').split(';').map(Number)) style = applied(code);
      return [];
    }
    if (part === '') return [];
    const [x, width] = [margin + column * cell, displayWidth(part) * cell];
    column += displayWidth(part);
    columns = Math.max(columns, column);
    const fill = style.inverse ? '#1a1b1e' : style.colour || (style.dim ? '#868e96' : '#e9ecef');
    const behind = style.inverse ? `<rect x="${x}" y="${y}" width="${width}" height="${line}" fill="${style.colour || '#e9ecef'}"/>` : '';
    const weight = style.bold ? ' font-weight="bold"' : '';
    return [`${behind}<text x="${x}" y="${y + 14}" fill="${fill}"${weight} textLength="${width}" xml:space="preserve">${escape(part)}</text>`];
  });
});

function applied(code: number): typeof style {
  if (code === 0) return { colour: '', bold: false, dim: false, inverse: false };
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 7) return { ...style, inverse: true };
  if (code === 27) return { ...style, inverse: false };
  if (code === 39) return { ...style, colour: '' };
  return { ...style, colour: colours[code] ?? style.colour };
}

const [width, height] = [columns * cell + 2 * margin, rows.length * line + 2 * margin];
writeFileSync(
  process.argv[2] ?? '',
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">
<rect width="100%" height="100%" rx="8" fill="#1a1b1e"/>
${drawn.join('\n')}
</svg>
`,
);
