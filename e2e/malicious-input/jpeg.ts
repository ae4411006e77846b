const START_OF_SCAN = Buffer.from([0xff, 0xda]);
const APP2 = 0xe2;
const COMMENT = 0xfe;

/** Inserts a segment right after the start of image. ITU T.81, B.1.1.4: a length includes itself. */
function withSegment(jpeg: Buffer, marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
}

export function withComment(jpeg: Buffer, text: string): Buffer {
  return withSegment(jpeg, COMMENT, Buffer.from(text));
}

/** A colour profile of this many 64 KB segments of meaningless bytes. ICC.1:2022, B.4 */
export function withNoiseProfile(jpeg: Buffer, segments: number): Buffer {
  const data = Buffer.alloc(65_000, 0xa5);
  return Array.from({ length: segments }, (_, index) => segments - index).reduce(
    (whole, number) =>
      withSegment(whole, APP2, Buffer.concat([Buffer.from('ICC_PROFILE\0'), Buffer.from([number, segments]), data])),
    jpeg,
  );
}

/** A progressive JPEG whose last scan is repeated; each scan covers the whole image. */
export function withScans(progressive: Buffer, scans: number): Buffer {
  const at = progressive.lastIndexOf(START_OF_SCAN);
  const end = progressive.length - 2; // without the end of image marker
  const scan = progressive.subarray(at, end);
  return Buffer.concat([progressive.subarray(0, end), ...Array(scans).fill(scan), progressive.subarray(end)]);
}
