/** Cuts the bytes of an appended file into lines. Pure but for its carry-over. */

const NEWLINE = 0x0a;

export interface Line {
  text: string;
  /** Byte offset in the file just after the line break. */
  end: number;
}

export interface LineFramer {
  /** The next bytes, cut anywhere; returns the lines that they complete. */
  push(bytes: Uint8Array): Line[];
}

/** A framer for a file read from `offset`. A line longer than `limit` bytes is left out, and costs no memory. */
export function lineFramer(offset: number, limit: number): LineFramer {
  let position = offset;
  let parts: Uint8Array[] = [];
  let length = 0;
  return {
    push(bytes) {
      const lines: Line[] = [];
      let start = 0;
      while (start < bytes.length) {
        const found = bytes.indexOf(NEWLINE, start);
        const stop = found === -1 ? bytes.length : found;
        length += stop - start;
        if (length > limit) parts = [];
        // A copy, since the caller may use its buffer again.
        else if (stop > start)
          parts.push(found === -1 ? bytes.slice(start, stop) : bytes.subarray(start, stop));
        if (found === -1) {
          position += bytes.length - start;
          break;
        }
        position += found + 1 - start;
        if (length > 0 && length <= limit)
          lines.push({ text: Buffer.concat(parts).toString('utf8'), end: position });
        parts = [];
        length = 0;
        start = found + 1;
      }
      return lines;
    },
  };
}
