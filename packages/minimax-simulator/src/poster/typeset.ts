/** Lines of text at one size, in pixels. */
export interface TextBlock {
  lines: string[];
  sizePx: number;
}

/** Bounds of a text block. */
interface Fit {
  widthPx: number;
  maxLines: number;
  largestPx: number;
  smallestPx: number;
}

/** One line is preferred to several while its size is at least this share of the largest size. */
const ONE_LINE_SHARE = 0.6;
/** Factor between two tried sizes or widths. */
const STEP = 0.94;

/**
 * Breaks `text` at the largest size at which it fits. If it does not fit at the smallest size, it is cut with an
 * ellipsis.
 */
export function fitText(text: string, { widthPx, maxLines, largestPx, smallestPx }: Fit): TextBlock {
  const oneLinePx = Math.min(largestPx, widthPx / measure(text));
  if (oneLinePx >= Math.max(smallestPx, largestPx * ONE_LINE_SHARE)) return { lines: [text], sizePx: oneLinePx };
  for (let sizePx = largestPx; sizePx >= smallestPx; sizePx *= STEP) {
    const lines = breakLines(text, widthPx / sizePx);
    if (lines.length <= maxLines) return { lines: balance(text, widthPx / sizePx, lines), sizePx };
  }
  const lines = breakLines(text, widthPx / smallestPx);
  const last = [...(lines[maxLines - 1] ?? '')].slice(0, -1).join('');
  return { lines: lines.length > maxLines ? [...lines.slice(0, maxLines - 1), `${last}…`] : lines, sizePx: smallestPx };
}

/** Breaks the text into the same number of lines, with lengths as equal as possible. */
function balance(text: string, widthEm: number, lines: string[]): string[] {
  const narrower = breakLines(text, widthEm * STEP);
  return narrower.length > lines.length ? lines : balance(text, widthEm * STEP, narrower);
}

/** Emoji are removed: few machines have an emoji font that librsvg can draw. */
const EMOJI = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f/gu;

/**
 * Splits the prompt into its first clause and the rest. If that clause is wider than 24 em, the whole text is the
 * title.
 */
export function splitTitle(prompt: string): { title: string; rest: string } {
  const text = prompt.replace(EMOJI, '').replace(/\s+/g, ' ').trim();
  const clause = /^(.+?)(?:[，。！？；：、]|[,.!?;:](?= |$))\s*(.*)$/u.exec(text);
  const title = clause?.[1] ?? text;
  return measure(title) <= 24 ? { title, rest: clause?.[2] ?? '' } : { title: text, rest: '' };
}

const FULL_WIDTH = '\\u2e80-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef';
/** One Chinese character with the closing punctuation after it, or one word with the space after it. */
const PIECE = new RegExp(`[${FULL_WIDTH}][，。！？；：、）」』”]*|[^\\s${FULL_WIDTH}]+\\s*|\\s+`, 'gu');

/** Breaks between words, and anywhere in Chinese except before closing punctuation. */
function breakLines(text: string, widthEm: number): string[] {
  const pieces = text.match(PIECE) ?? [];
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces.flatMap((word) => splitLongWord(word, widthEm))) {
    if (line !== '' && measure((line + piece).trimEnd()) > widthEm) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()];
}

function splitLongWord(word: string, widthEm: number): string[] {
  if (measure(word) <= widthEm) return [word];
  const length = Math.max(1, Math.floor(widthEm / 0.75));
  return word.match(new RegExp(`.{1,${length}}`, 'gsu')) ?? [word];
}

/** Width in em. An upper estimate, since no font metrics are available. */
function measure(text: string): number {
  let em = 0;
  for (const character of text) em += widthOf(character);
  return em;
}

function widthOf(character: string): number {
  if (character >= '\u2e80') return 1;
  if (/[A-Z@%&#]/.test(character)) return 0.72;
  return character === ' ' ? 0.3 : 0.56;
}
