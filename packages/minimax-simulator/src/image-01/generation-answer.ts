/** The images of one response: links, or base64 without a `data:` prefix. */
export type AnsweredImages = { image_urls: string[] } | { image_base64: string[] };

interface BaseResp {
  status_code: number | string;
  status_msg: string;
}

/** Counts are strings, as in MiniMax's real payloads. */
interface Metadata {
  success_count: string;
  failed_count: string;
}

/** The body of a response. */
export interface GenerationAnswer {
  id: string;
  data?: AnsweredImages | null;
  metadata?: Metadata;
  base_resp?: BaseResp;
}

/** A successful response to a request for `requested` images, with the delivered `images`. */
export function imagesAnswer(id: string, requested: number, images: AnsweredImages): GenerationAnswer {
  const delivered = 'image_urls' in images ? images.image_urls.length : images.image_base64.length;
  return {
    id,
    data: images,
    metadata: { success_count: String(delivered), failed_count: String(requested - delivered) },
    base_resp: { status_code: 0, status_msg: 'success' },
  };
}

/** Texts of `status_msg`, as far as MiniMax's are known. */
const MESSAGES: Record<number, string> = {
  1002: 'rate limit exceeded(RPM)',
  1004: "login fail: Please carry the API secret key in the 'Authorization' field of the request header",
  1008: 'insufficient balance',
  1026: 'input new_sensitive',
  1027: 'output new_sensitive',
  2049: 'invalid api key',
};

/** An error response with a base_resp. */
export function errorAnswer(id: string, code: number | string, message?: string): GenerationAnswer {
  const text = message ?? MESSAGES[Number(code)] ?? 'simulated error';
  return { id, base_resp: { status_code: code, status_msg: text } };
}
