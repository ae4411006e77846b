interface Row {
  /** Name for users. */
  name: string;
  /** Extensions of file keys, in lower case. New files get the first one. */
  extensions: readonly [string, ...string[]];
  /** First bytes of a file, in hex; `.` is any digit. */
  firstBytes: RegExp;
  /** Value of `IMAGE_FORMAT` that encodes results to this type; null if none does. */
  resultFormat: string | null;
  /** Whether the provider may deliver a result of this type. */
  isResult: boolean;
  /** Whether a user may upload a file of this type. */
  isUpload: boolean;
}

/**
 * The image formats, in one table. What else differs by format is a `Record` or an exhaustive `switch` over these types,
 * so it does not compile until a new row is handled: the encoder in images/compress.ts, the decoder's memory in
 * images/image-header.ts, its loader in images/open-image.ts, the bounds of uploads in images/check-upload.ts.
 */
export const MEDIA_TYPES = {
  'image/jpeg': {
    name: 'JPEG',
    extensions: ['jpg', 'jpeg'],
    firstBytes: /^ffd8ff/,
    resultFormat: 'jpeg',
    isResult: true,
    isUpload: true,
  },
  'image/png': {
    name: 'PNG',
    extensions: ['png'],
    firstBytes: /^89504e470d0a1a0a/,
    resultFormat: null,
    isResult: true,
    isUpload: true,
  },
  'image/webp': {
    name: 'WebP',
    extensions: ['webp'],
    firstBytes: /^52494646.{8}57454250/, // RIFF, length, WEBP
    resultFormat: 'webp',
    isResult: true,
    isUpload: true,
  },
  'image/avif': {
    name: 'AVIF',
    extensions: ['avif'],
    // An ISO media file (ftyp) lists its brands from byte 8 on: avif or avis. HEIC and video have others.
    firstBytes: /^.{8}66747970(?:..)*617669(?:66|73)/,
    resultFormat: 'avif',
    isResult: false,
    isUpload: true,
  },
} as const satisfies Record<`image/${string}`, Row>;

/** Content type of an image. */
export type MediaType = keyof typeof MEDIA_TYPES;

/** Result formats that the rows of a table name. */
export type ResultFormatOf<Rows extends Record<string, Pick<Row, 'resultFormat'>>> = NonNullable<
  Rows[keyof Rows]['resultFormat']
>;

/** Format to which results can be encoded. */
export type ResultFormat = ResultFormatOf<typeof MEDIA_TYPES>;

/** Value of `IMAGE_FORMAT`. `original` leaves every image as received. */
export type ImageFormat = ResultFormat | 'original';

// Object.keys does not know that an object has no further keys; this one is a literal.
export const MEDIA_TYPE_LIST = Object.keys(MEDIA_TYPES) as MediaType[];

export const RESULT_FORMATS: readonly ResultFormat[] = Object.values(MEDIA_TYPES).flatMap(({ resultFormat }) =>
  resultFormat === null ? [] : [resultFormat],
);

/** The content type of results that are encoded to a format. */
export function resultTypeOf(format: ResultFormat): MediaType {
  const type = MEDIA_TYPE_LIST.find((candidate) => MEDIA_TYPES[candidate].resultFormat === format);
  if (!type) throw new Error(`No media type has the result format ${format}`);
  return type;
}

/** The extension of new files, without the dot. */
export function extensionOf(type: MediaType): string {
  return MEDIA_TYPES[type].extensions[0];
}
