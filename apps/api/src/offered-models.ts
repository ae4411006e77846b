import { type ImageModels, MODEL_CAPABILITIES, MODELS, type Model } from '@darkroom/contracts';

/** What a deployment offers unless `MODELS` names some: all of them are served by every host of MiniMax's, as far as known. */
export const ALL_MODELS: readonly Model[] = MODELS;

/**
 * Reads the names of models, separated by commas. Returns the models in the order of the contract's list, or what is
 * wrong with the text.
 */
export function parseModels(text: string): Model[] | string {
  const names = text.split(',').map((name) => name.trim());
  const areKnown = names.every((name) => MODELS.some((model) => model === name));
  if (!areKnown) return `must be models with commas between, of ${MODELS.join(', ')}`;
  return MODELS.filter((model) => names.includes(model));
}

/** The answer of `image.models`: these models, with what the capability table says of them. */
export function describeModels(models: readonly Model[]): ImageModels {
  return { models: models.map((model) => ({ model, ...MODEL_CAPABILITIES[model] })) };
}
