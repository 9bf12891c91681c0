/** A capture of a terminal (`capture-pane -e -p`) as a picture. Pure. */

interface Look {
  color: string | null;
  background: string | null;
  bold: boolean;
  dim: boolean;
  reverse: boolean;
}

const PLAIN: Look = { color: null, background: null, bold: false, dim: false, reverse: false };
const FOREGROUND = '#d4d4d4';
const BACKGROUND = '#1e1e2a';
/** The palette of a common dark theme: black red green yellow blue magenta cyan white, then the bright ones. */
const PALETTE =
  '#3b3b4d #f07178 #a5cc8d #f2c56b #82aaff #c792ea #89ddff #d4d4d4 #6b6b80 #ff8b92 #ddffa7 #ffe585 #9cc4ff #e1acff #a3f7ff #ffffff'.split(
    ' ',
  );
const CELL = { width: 8.4, height: 18 };
const MARGIN = 14;

/** @param title what it shows, for those who do not see it */
export function svgOf(capture: string, columns: number, title: string): string {
  const rows = capture.split('\n');
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = rows.length * CELL.height + 2 * MARGIN;
  let look = PLAIN;
  const shapes: string[] = [];
  for (const [line, row] of rows.entries()) {
    let column = 0;
    for (const piece of row.split(/(\x1b\[[0-9;]*m)/)) {
      const sequence = /^\x1b\[([0-9;]*)m$/.exec(piece);
      if (sequence) look = lookAfter(look, sequence[1]!);
      else {
        shapes.push(...shapesOf(piece, look, column, line));
        column += [...piece].length;
      }
    }
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" xml:space="preserve">',
    ...shapes,
    '</g>',
    '</svg>\n',
  ].join('\n');
}

function shapesOf(text: string, look: Look, column: number, line: number): string[] {
  const front = look.reverse ? (look.background ?? BACKGROUND) : (look.color ?? FOREGROUND);
  const back = look.reverse ? (look.color ?? FOREGROUND) : look.background;
  const length = [...text].length;
  const x = MARGIN + column * CELL.width;
  const y = MARGIN + line * CELL.height;
  const wide = (length * CELL.width).toFixed(1);
  const shapes: string[] = [];
  if (back !== null && length > 0)
    shapes.push(
      `<rect x="${x.toFixed(1)}" y="${y}" width="${wide}" height="${CELL.height}" fill="${back}"/>`,
    );
  if (text.trim() === '') return shapes;
  const style = `${look.bold ? ' font-weight="bold"' : ''}${look.dim ? ' opacity="0.6"' : ''}`;
  // The length is said, so that each character stands in its cell, whatever font there is.
  shapes.push(
    `<text x="${x.toFixed(1)}" y="${y + 14}" fill="${front}" textLength="${wide}"${style}>${escaped(text)}</text>`,
  );
  return shapes;
}

function lookAfter(before: Look, codes: string): Look {
  const look = { ...before };
  const numbers = codes.split(';').map(Number);
  for (let at = 0; at < numbers.length; at++) {
    const code = numbers[at]!;
    if (code === 0) Object.assign(look, PLAIN);
    else if (code === 1) look.bold = true;
    else if (code === 2) look.dim = true;
    else if (code === 22) Object.assign(look, { bold: false, dim: false });
    else if (code === 7) look.reverse = true;
    else if (code === 27) look.reverse = false;
    else if (code >= 30 && code <= 37) look.color = PALETTE[code - 30]!;
    else if (code >= 90 && code <= 97) look.color = PALETTE[code - 82]!;
    else if (code === 39) look.color = null;
    else if (code >= 40 && code <= 47) look.background = PALETTE[code - 40]!;
    else if (code === 49) look.background = null;
    else if (code === 38 || code === 48) {
      const [color, used] = extended(numbers.slice(at + 1));
      at += used;
      if (code === 38) look.color = color;
      else look.background = color;
    }
  }
  return look;
}

/** `5;n`, or `2;r;g;b`. @returns the colour and how many numbers said it. */
function extended([kind, ...rest]: number[]): [string | null, number] {
  if (kind === 2) return [`rgb(${rest.slice(0, 3).join(',')})`, 4];
  const index = rest[0] ?? 0;
  if (index < 16) return [PALETTE[index]!, 2];
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [`rgb(${grey},${grey},${grey})`, 2];
  }
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  const red = level(Math.floor(cube / 36));
  return [`rgb(${red},${level(Math.floor(cube / 6) % 6)},${level(cube % 6)})`, 2];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
