import { type ImageModels, MODEL_CAPABILITIES, MODELS, type Model, modelsOf } from '@darkroom/contracts';

/**
 * The models that a deployment offers unless `MODELS` names others. The H3 family is left out until the provider adapter
 * calls it.
 */
export const MODELS_BY_DEFAULT: readonly Model[] = modelsOf('image-01');

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
