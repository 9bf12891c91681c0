/** Other people's text for the status line, the menu and window options: shown, never obeyed. Pure. */

/**
 * The text on one line, cut to `width` columns with `…`, in which tmux finds no format (`#{…}`, `#S`), no command (`#(…)`)
 * and no style (`#[…]`), and a terminal no control character, no change of direction and nothing invisible but the joiners
 * of emoji and scripts. tmux does not expand an option's value again, but it does obey styles in what it draws; so a `#`
 * stays only before a digit (`#12`), else it is `♯`.
 */
export function neutralizeFormat(text: string, width: number): string {
  // Of a long text only the beginning is looked at: what is cut off costs nothing.
  const line = text
    .slice(0, 4 * width + 100)
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[^\P{Cf}\u200c\u200d]/gu, '')
    .trim();
  return cutToWidth(line, width).replace(/#(?!\d)/g, '♯');
}

/** How many terminal columns the text takes: two for wide characters and emoji, none for combining marks. */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += clusterWidth(segment);
  return width;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

function clusterWidth(cluster: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]/u.test(cluster)) return 0;
  return WIDE.test(cluster) ? 2 : 1;
}

function cutToWidth(text: string, limit: number): string {
  if (displayWidth(text) <= limit) return text;
  let cut = '';
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width += clusterWidth(segment);
    if (width > limit - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}
