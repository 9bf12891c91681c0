/** A capture with escape sequences (`capture-pane -e -p`) as rows of text and the look of their characters. Pure. */

/** A row of the screen: its text, and which of its UTF-16 units are dim, and which inverse. */
export interface Row {
  text: string;
  dim: boolean[];
  inverse: boolean[];
  /** Inverse type begins behind the last character: tmux leaves out spaces at a row's end, also an inverse one. */
  inverseEnd: boolean;
}

interface Look {
  dim: boolean;
  inverse: boolean;
}

const ESCAPE_SEQUENCE =
  /(\u001b\[[0-9;:?]*[A-Za-z]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[()][A-Z0-9])/;

/** Splits a capture, rows joined by \n; what a row is set in goes on in the next one. */
export function toRows(capture: string): Row[] {
  let look: Look = { dim: false, inverse: false };
  return capture.split('\n').map(captured => {
    const row: Row = { text: '', dim: [], inverse: [], inverseEnd: false };
    for (const piece of captured.split(ESCAPE_SEQUENCE)) {
      if (piece.startsWith('\u001b')) {
        if (piece.endsWith('m')) look = lookAfter(piece, look);
        continue;
      }
      row.text += piece;
      for (let index = 0; index < piece.length; index++) {
        row.dim.push(look.dim);
        row.inverse.push(look.inverse);
      }
    }
    row.inverseEnd = look.inverse && row.inverse.at(-1) !== true;
    return row;
  });
}

/** SGR: 2 begins dim type, 22 ends it; 7 begins inverse type, 27 ends it; 0 ends both. */
function lookAfter(sequence: string, before: Look): Look {
  const look = { ...before };
  const codes = sequence.slice(2, -1).split(';');
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index];
    // 38;5;n and 38;2;r;g;b name a colour: their numbers mean nothing by themselves.
    if (code === '38' || code === '48') index += codes[index + 1] === '5' ? 2 : 4;
    else if (code === '2') look.dim = true;
    else if (code === '7') look.inverse = true;
    else if (code === '22') look.dim = false;
    else if (code === '27') look.inverse = false;
    else if (code === '' || code === '0') Object.assign(look, { dim: false, inverse: false });
  }
  return look;
}
