import type { CreateImage } from '@darkroom/contracts';
import { referencesOf } from '@darkroom/contracts/references';
import { pickFields, type RequestForm } from './request-form.ts';

/** Fields that the form shows as its own. */
const FORM_FIELDS = ['model', 'prompt', 'aspect_ratio', 'area', 'n', 'references', 'subject_reference'];

/** The form of a request. `urlOf` returns a link that shows an upload; null when none is known. */
export function toForm(request: CreateImage, urlOf: (imageFile: string) => string | null): RequestForm {
  return {
    model: request.model,
    prompt: request.prompt,
    aspect_ratio: request.aspect_ratio ?? null,
    area: ('area' in request && request.area) || null,
    n: request.n,
    references: referencesOf(request).map(({ image_file }) => ({ image_file, url: urlOf(image_file) ?? '' })),
    extras: pickFields({ ...request }, (field) => !FORM_FIELDS.includes(field)),
  };
}
