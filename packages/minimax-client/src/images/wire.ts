/** Models of `POST /v1/images/generations` and `/v1/images/edits`. */
export type ImagesModel = 'MiniMax-H3-Image' | 'MiniMax-H3-Image-Highspeed';

interface ImagesFields {
  model: ImagesModel;
  /** Unicode text. Up to 32,000 characters for `generate`, up to 8,000 for `edit`. */
  prompt: string;
  /** Number of images, 1 to 10; default 1. Input tokens are billed once per image. */
  n?: number | undefined;
  /**
   * `auto` (the default) or `WIDTHxHEIGHT` in pixels: 655,360 to 20,000,000 pixels, ratio 1:3 to 3:1. Excludes
   * `aspect_ratio` and `area`.
   */
  size?: string | undefined;
  /** `auto` (the default) or `X:Y`, 1:3 to 3:1. */
  aspect_ratio?: string | undefined;
  /** About 1024², 2048² or 4096² pixels. MiniMax's default is `4K`, about 20 times the price of image-01. */
  area?: '1K' | '2K' | '4K' | undefined;
  /** Default `jpg`. */
  output_format?: 'png' | 'jpeg' | 'jpg' | 'webp' | undefined;
  /** 0 to 100, for JPEG and WebP; default 95. */
  output_compression?: number | undefined;
}

/** With `stream`, images arrive one by one as links. Without, all arrive at the end, as links unless `b64_json`. */
type ImagesDelivery =
  | { stream: true; response_format?: 'url' | undefined }
  | { stream?: false | undefined; response_format?: 'url' | 'b64_json' | undefined };

/**
 * The body of `POST /v1/images/generations`, with MiniMax's own field names. Source:
 * https://platform.minimax.io/docs/api-reference/image-generation-h3-streaming and third parties, see
 * docs/h3-unconfirmed.md.
 */
export type GenerateImagesRequest = ImagesFields &
  ImagesDelivery & {
    /** Default false. True needs a `size` or an `X:Y` `aspect_ratio`. */
    disable_prompt_enhanced?: boolean | undefined;
  };

/** The body of `POST /v1/images/edits`. Prompts are always enhanced. */
export type EditImagesRequest = ImagesFields &
  ImagesDelivery & {
    /** 1 to 16. The prompt may speak of image 1, image 2 … in this order. */
    images: readonly ImageReference[];
  };

/**
 * An input image: a public http(s) URL or a data URL, or bytes that are encoded as a data URL while they are sent. JPEG,
 * PNG, WebP, HEIC or HEIF; sides of 128 to 8192 pixels, ratio 1:4 to 4:1.
 */
export type ImageReference =
  | string
  | {
      /** Opens the bytes: a file stream, a web stream or any other async iterable. Called once, when they are sent. */
      bytes: () => AsyncIterable<Uint8Array>;
      /** Such as `image/png`. */
      mediaType: string;
      /** Exact number of bytes: the request states its length before it is sent. */
      size: number;
    };
