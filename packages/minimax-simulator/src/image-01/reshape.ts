import type { Shape } from './fault.ts';
import type { GenerationAnswer } from './generation-answer.ts';

/** The same images in the format of a relay. With `data_urls`, links stay links. */
export function reshape({ data, ...rest }: GenerationAnswer, shape: Shape): Record<string, unknown> {
  const links = data && 'image_urls' in data ? data.image_urls : [];
  const base64 = data && 'image_base64' in data ? data.image_base64 : [];
  switch (shape) {
    case 'swapped_lists':
      return { ...rest, data: links.length > 0 ? { image_base64: links } : { image_urls: base64 } };
    case 'data_urls':
      return { ...rest, data: { image_urls: [...links, ...base64.map((text) => `data:image/jpeg;base64,${text}`)] } };
    case 'openai':
      return { ...rest, data: [...links.map((url) => ({ url })), ...base64.map((text) => ({ b64_json: text }))] };
    case 'both_lists':
      return { ...rest, data: { image_urls: [...links, ...base64], image_base64: [...links, ...base64] } };
  }
}
