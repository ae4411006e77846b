/** A delivered image. `key` is the key of its file. */
export interface StoredAsset {
  key: string;
  width: number | null;
  height: number | null;
  bytes: number;
  contentType: string;
  compressed: boolean;
  /** A thumbhash in base64; null when the image could not be read. */
  placeholder: string | null;
  /** Number among the requested images, for one that arrived during the call. */
  index?: number;
}

/** Where an image comes from: the provider's link, or a file of ours that holds the provider's bytes. */
export type ImageSource = { url: string } | { key: string };

/** An image that the provider delivered. `position` is its number among the requested images, from 0. */
export interface PlacedSource {
  position: number;
  source: ImageSource;
}

export interface StoredImage extends PlacedSource {
  /** Null until the image is stored. */
  asset: StoredAsset | null;
  failed: boolean;
}

/** The images of one job, with the id of the answer that contained them. */
export interface ImageSet {
  images: StoredImage[];
  /** The provider's id of the call. */
  responseId: string | null;
}
