import type { ImageModel } from '@darkroom/contracts';
import { MODELS } from '@darkroom/contracts/limits';
import { MODEL_CAPABILITIES, type Model } from '@darkroom/contracts/models';
import { isImageApiError } from '@darkroom/sdk';
import { shallowRef } from 'vue';
import { api } from '../../api.ts';
import { storedValue } from '../../platform/storage.ts';

/** Whether new requests can choose the model; `image-01-live` only stays for requests that used it. */
const IS_CHOICE: Record<Model, boolean> = {
  'image-01': true,
  'image-01-live': false,
  'MiniMax-H3-Image': true,
  'MiniMax-H3-Image-Highspeed': true,
};

/** The names that the service listed at the last visit. */
const storedNames = storedValue<string[]>('darkroom.models', (json) => (Array.isArray(json) ? json.map(String) : null));

/** What the service offers. `unknown` until it has answered once; also while it cannot, or is too old to. */
type Offer = { status: 'reading' | 'unknown' } | { status: 'known'; models: ImageModel[] };

export const offer = shallowRef<Offer>(rememberedOffer());

function rememberedOffer(): Offer {
  const names = storedNames.read();
  if (!names) return { status: 'reading' };
  return { status: 'known', models: MODELS.filter((name) => names.includes(name)).map(fromTable) };
}

let isRead = false;

/** Reads the offer once per visit. A failure keeps what is known, and the next call tries again. */
export async function readOffer(): Promise<void> {
  if (isRead) return;
  isRead = true;
  try {
    const { models } = await api.models();
    offer.value = { status: 'known', models };
    storedNames.write(models.map(({ model }) => model));
  } catch (error) {
    if (!isImageApiError(error)) throw error;
    isRead = false;
    if (offer.value.status === 'reading') offer.value = { status: 'unknown' };
  }
}

function fromTable(model: Model): ImageModel {
  return { model, ...MODEL_CAPABILITIES[model] };
}

export interface ModelChoice {
  choices: ImageModel[];
  /** The one that the form uses. */
  model: ImageModel;
  /** False: the service no longer offers the model of a repeated request. */
  isOffered: boolean;
}

/** The models to choose from for a form that asks for `wanted`; null asks for the first one. */
export function chooseModel(wanted: Model | null, now: Offer): ModelChoice {
  const isListed = (name: Model) => name === wanted || IS_CHOICE[name];
  const isAssumed = (name: Model) => name === (wanted ?? 'image-01');
  const offered = now.status === 'known' ? now.models : MODELS.filter(isAssumed).map(fromTable);
  const choices = MODELS.filter(isListed)
    .map((name) => offered.find(({ model }) => model === name))
    .filter((model) => model !== undefined);
  const chosen = wanted === null ? choices[0] : choices.find(({ model }) => model === wanted);
  return { choices, model: chosen ?? fromTable(wanted ?? 'image-01'), isOffered: chosen !== undefined };
}
