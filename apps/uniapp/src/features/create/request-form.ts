import type { CreateImage, CreateImageInput } from '@darkroom/contracts';
import { ASPECT_RATIOS, IMAGES_PER_JOB_MAX, PROMPT_MAX_CODE_POINTS } from '@darkroom/contracts/limits';
import { referencesOf } from '@darkroom/contracts/references';
import { isRecord, storedUserValue } from '../../platform/storage.ts';
import type { AspectRatio } from '../job/aspect-ratio.ts';

/** An uploaded photo: its reference for a request, and a link valid for about an hour. */
export interface ReferencePhoto {
  image_file: string;
  url: string;
}

/** The form's values. */
export interface RequestForm {
  prompt: string;
  aspect_ratio: AspectRatio;
  n: number;
  photo: ReferencePhoto | null;
}

/** Offered image counts; a request may carry any count up to the contract's limit. */
export const COUNTS = [1, 2, 3, 4, 6, 9] as const;

export const EMPTY_FORM: RequestForm = { prompt: '', aspect_ratio: '3:4', n: 1, photo: null };

/** The form as it was left, also when incomplete. */
export const storedForm = storedUserValue<RequestForm>('darkroom.form', parseForm);

/** Unicode code points as the service counts them: after trimming; an emoji may count as several. */
export function countCodePoints(prompt: string): number {
  return [...prompt.trim()].length;
}

export type PromptProblem = 'empty' | 'too_long';

export function findPromptProblem(prompt: string): PromptProblem | null {
  const used = countCodePoints(prompt);
  if (used === 0) return 'empty';
  return used > PROMPT_MAX_CODE_POINTS ? 'too_long' : null;
}

export function toRequest({ prompt, aspect_ratio, n, photo }: RequestForm): CreateImageInput {
  return {
    model: 'image-01',
    prompt: prompt.trim(),
    aspect_ratio,
    n,
    ...(photo && { subject_reference: [{ type: 'character', image_file: photo.image_file }] }),
  };
}

/** The form of a request. `photoUrl` shows the photo, if still known. */
export function toForm(request: CreateImage, photoUrl: string | null): RequestForm {
  const [reference] = referencesOf(request);
  return {
    prompt: request.prompt,
    aspect_ratio: ASPECT_RATIOS.find((known) => known === request.aspect_ratio) ?? '1:1',
    n: request.n,
    photo: reference ? { image_file: reference.image_file, url: photoUrl ?? '' } : null,
  };
}

function parseForm(json: unknown): RequestForm | null {
  if (!isRecord(json) || typeof json.prompt !== 'string') return null;
  const { prompt, n } = json;
  const ratio = ASPECT_RATIOS.find((known) => known === json.aspect_ratio) ?? EMPTY_FORM.aspect_ratio;
  const isCount = typeof n === 'number' && Number.isInteger(n) && n >= 1 && n <= IMAGES_PER_JOB_MAX;
  return { prompt, aspect_ratio: ratio, n: isCount ? n : EMPTY_FORM.n, photo: parsePhoto(json.photo) };
}

function parsePhoto(json: unknown): ReferencePhoto | null {
  if (!isRecord(json) || typeof json.image_file !== 'string' || typeof json.url !== 'string') return null;
  return { image_file: json.image_file, url: json.url };
}
