/** Markers of ITU T.81, table B.1. */
const RESTART_0 = 0xd0;
const RESTART_7 = 0xd7;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const BASELINE_FRAME = 0xc0;
const PROGRESSIVE_FRAME = 0xc2;
const BLOCK_PX = 8;

interface Component {
  horizontal: number;
  vertical: number;
}

interface Frame {
  width: number;
  height: number;
  components: Map<number, Component>;
}

/**
 * Returns a JPEG of this height that shows the strip again and again. Encoding 200 million pixels takes seconds; after a
 * restart marker nothing refers to what came before, so that the data of one strip can be repeated. The strip's height
 * must be a multiple of 16, and that of a progressive JPEG a multiple of the strip's.
 */
export function repeatDown(strip: Buffer, height: number): Buffer {
  const pieces = [strip.subarray(0, 2)];
  let frame: Frame | undefined;
  for (let at = 2; strip[at + 1] !== END_OF_IMAGE; ) {
    const marker = strip[at + 1] ?? 0;
    const end = at + 2 + strip.readUInt16BE(at + 2);
    const segment = Buffer.from(strip.subarray(at, end));
    at = end;
    if (marker === BASELINE_FRAME || marker === PROGRESSIVE_FRAME) {
      frame = readFrame(segment);
      segment.writeUInt16BE(height, 5);
    }
    if (marker === START_OF_SCAN && frame) {
      const data = strip.subarray(at, endOfData(strip, at));
      at += data.length;
      pieces.push(
        restartInterval(unitsOf(segment, frame)),
        segment,
        ...repeatWithRestarts(data, Math.ceil(height / frame.height)),
      );
    } else {
      pieces.push(segment);
    }
  }
  return Buffer.concat([...pieces, Buffer.from([0xff, END_OF_IMAGE])]);
}

/** ITU T.81, B.2.2 */
function readFrame(segment: Buffer): Frame {
  const components = new Map<number, Component>();
  for (let at = 10; at < segment.length; at += 3) {
    const sampling = segment[at + 1] ?? 0;
    components.set(segment[at] ?? 0, { horizontal: sampling >> 4, vertical: sampling & 0xf });
  }
  return { height: segment.readUInt16BE(5), width: segment.readUInt16BE(7), components };
}

/** The minimum coded units of a scan, A.2: blocks of its one component, or groups of blocks of several. */
function unitsOf(scan: Buffer, { width, height, components }: Frame): number {
  const all = [...components.values()];
  const horizontalMax = Math.max(...all.map(({ horizontal }) => horizontal));
  const verticalMax = Math.max(...all.map(({ vertical }) => vertical));
  const only = scan[4] === 1 ? components.get(scan[5] ?? 0) : undefined;
  const { horizontal, vertical } = only ?? { horizontal: 1, vertical: 1 };
  const columns = Math.ceil((width * horizontal) / horizontalMax / BLOCK_PX);
  const rows = Math.ceil((height * vertical) / verticalMax / BLOCK_PX);
  return columns * rows;
}

/** B.2.4.4 */
function restartInterval(units: number): Buffer {
  const segment = Buffer.from([0xff, 0xdd, 0, 4, 0, 0]);
  segment.writeUInt16BE(units, 4);
  return segment;
}

function repeatWithRestarts(data: Buffer, times: number): Buffer[] {
  return Array.from({ length: times }, (_, index) =>
    index === 0 ? [data] : [Buffer.from([0xff, RESTART_0 + ((index - 1) % 8)]), data],
  ).flat();
}

/** Entropy-coded data ends at a marker that is neither a stuffed zero nor a restart. */
function endOfData(jpeg: Buffer, start: number): number {
  for (let at = start; ; at++) {
    at = jpeg.indexOf(0xff, at);
    const next = jpeg[at + 1] ?? END_OF_IMAGE;
    if (next !== 0 && !(next >= RESTART_0 && next <= RESTART_7)) return at;
  }
}
