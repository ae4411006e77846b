/** The head of a HEIC or HEIF file: `ftyp` with the brand and a compatible one, and the `ispe` boxes of a tile and of the whole image. */
export function heif(brand: 'heic' | 'mif1', width: number, height: number, compatible = 'heic'): Buffer {
  const fileType = box('ftyp', Buffer.from(`${brand}\0\0\0\0${compatible}`, 'latin1'));
  const properties = box('ipco', Buffer.concat([spatialExtents(16, 16), spatialExtents(width, height)]));
  return Buffer.concat([fileType, box('meta', Buffer.concat([Buffer.alloc(4), box('iprp', properties)]))]);
}

function spatialExtents(width: number, height: number): Buffer {
  const content = Buffer.alloc(12);
  content.writeUInt32BE(width, 4);
  content.writeUInt32BE(height, 8);
  return box('ispe', content);
}

function box(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}
