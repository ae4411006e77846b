import type { CreateImageInput, ImageModel } from '@darkroom/contracts';
import { MODELS } from '@darkroom/contracts/limits';
import { MODEL_CAPABILITIES, type Model } from '@darkroom/contracts/models';
import { isRecord, storedUserValue } from '../../platform/storage.ts';
import { acceptsRatio, hasPixels } from './request-rules.ts';

/** An uploaded reference: its address for a request, and a link valid for about an hour. */
export interface FormReference {
  image_file: string;
  url: string;
}

export type Area = NonNullable<ImageModel['area']>['default'];

/** The form's values. A value that the chosen model does not take is kept, and not sent. */
export interface RequestForm {
  /** Null: the first one that the deployment offers. */
  model: Model | null;
  prompt: string;
  /** `X:Y` or `auto`; null leaves it to the model. */
  aspect_ratio: string | null;
  /** Null: the model's default. */
  area: Area | null;
  n: number;
  references: FormReference[];
  /** Fields of a repeated request that the form has no field for. */
  extras: Record<string, unknown>;
}

export const EMPTY_FORM: RequestForm = {
  model: null,
  prompt: '',
  aspect_ratio: '3:4',
  area: null,
  n: 1,
  references: [],
  extras: {},
};

/** The form as it was left, also when incomplete. */
export const storedForm = storedUserValue<RequestForm>('darkroom.form', parseForm);

/** The values of the form that go into a request for this model. */
export function valuesFor(form: RequestForm, model: ImageModel) {
  const extras = pickFields(form.extras, (field) => model.fields.includes(field));
  const isSized = hasPixels(extras);
  const ratio = form.aspect_ratio;
  return {
    extras,
    isSized,
    references: form.references.slice(0, model.references.max),
    n: Math.min(form.n, model.n.max),
    /** Null: none is sent. */
    aspect_ratio: isSized || ratio === null || !acceptsRatio(model.aspect_ratio, ratio) ? null : ratio,
    area: isSized || !model.area ? null : (form.area ?? model.area.default),
  };
}

export function toRequest(form: RequestForm, model: ImageModel): CreateImageInput {
  const { aspect_ratio, area, n, references, extras } = valuesFor(form, model);
  const { field, kind } = model.references;
  const asSent = ({ image_file }: FormReference) =>
    kind === 'character' ? { type: kind, image_file } : { image_file };
  const request: unknown = {
    model: model.model,
    prompt: form.prompt.trim(),
    ...(aspect_ratio !== null && { aspect_ratio }),
    ...(area !== null && { area }),
    n,
    ...(references.length > 0 && { [field]: references.map(asSent) }),
    ...extras,
  };
  return request as CreateImageInput; // its fields follow the capability table; the service checks all of it
}

export function pickFields(
  from: Record<string, unknown>,
  isPicked: (field: string) => boolean,
): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const field of Object.keys(from)) if (isPicked(field)) picked[field] = from[field];
  return picked;
}

const TABLE = Object.values(MODEL_CAPABILITIES);
const COUNT_MAX = Math.max(...TABLE.map(({ n }) => n.max));

/** Also reads the form of earlier versions: for `image-01`, with one `photo`. */
function parseForm(json: unknown): RequestForm | null {
  if (!isRecord(json) || typeof json.prompt !== 'string') return null;
  const { prompt, n, aspect_ratio: ratio, references, photo, extras } = json;
  const isRatio =
    ratio === null || (typeof ratio === 'string' && TABLE.some((row) => acceptsRatio(row.aspect_ratio, ratio)));
  const isCount = typeof n === 'number' && Number.isInteger(n) && n >= 1 && n <= COUNT_MAX;
  const listed = Array.isArray(references) ? references : [photo];
  return {
    model: MODELS.find((known) => known === json.model) ?? null,
    prompt,
    aspect_ratio: isRatio ? ratio : EMPTY_FORM.aspect_ratio,
    area: AREAS.find((known) => known === json.area) ?? null,
    n: isCount ? n : EMPTY_FORM.n,
    references: listed.map(parseReference).filter((reference) => reference !== null),
    extras: isRecord(extras) ? extras : {},
  };
}

const AREAS: readonly Area[] = MODEL_CAPABILITIES['MiniMax-H3-Image'].area.values;

function parseReference(json: unknown): FormReference | null {
  if (!isRecord(json) || typeof json.image_file !== 'string' || typeof json.url !== 'string') return null;
  return { image_file: json.image_file, url: json.url };
}
