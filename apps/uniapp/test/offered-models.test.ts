import type { ImageModel } from '@darkroom/contracts';
import { MODEL_CAPABILITIES, type Model } from '@darkroom/contracts/models';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { stubStorage } from './stub-uni.ts';

const modelOf = (model: Model): ImageModel => ({ model, ...MODEL_CAPABILITIES[model] });
const ALL = (Object.keys(MODEL_CAPABILITIES) as Model[]).map(modelOf); // the table is closed

let stored: Map<string, unknown>;
beforeEach(() => {
  stored = stubStorage();
  vi.stubGlobal('window', { location: { origin: 'http://localhost' } });
  vi.resetModules();
});

async function startApp(answer: () => Promise<{ models: ImageModel[] }>) {
  const offered = await import('../src/features/create/offered-models.ts');
  const { api } = await import('../src/api.ts');
  const asked = vi.spyOn(api, 'models').mockImplementation(answer);
  const namesFor = (wanted: Model | null) => {
    const { choices, model, isOffered } = offered.chooseModel(wanted, offered.offer.value);
    return { choices: choices.map((choice) => choice.model), model: model.model, isOffered };
  };
  return { ...offered, asked, namesFor };
}

const refuse = async () => {
  const { ImageApiError } = await import('@darkroom/sdk');
  throw new ImageApiError('not_found');
};

describe('the offered models', () => {
  it('are those of the service in a fixed order, the first one by default, asked for once per visit', async () => {
    const { readOffer, namesFor, asked } = await startApp(async () => ({ models: [...ALL].reverse() }));
    await readOffer();
    await readOffer();
    expect(asked).toHaveBeenCalledTimes(1);
    const choices = ['image-01', 'MiniMax-H3-Image', 'MiniMax-H3-Image-Highspeed'];
    expect(namesFor(null)).toEqual({ choices, model: 'image-01', isOffered: true });
    expect(namesFor('MiniMax-H3-Image')).toEqual({ choices, model: 'MiniMax-H3-Image', isOffered: true });
  });

  it('include image-01-live for a request that uses it', async () => {
    const { readOffer, namesFor } = await startApp(async () => ({ models: ALL }));
    await readOffer();
    expect(namesFor('image-01-live')).toMatchObject({ model: 'image-01-live', isOffered: true });
    expect(namesFor('image-01-live').choices).toContain('image-01-live');
  });

  it('are told apart from a model that is no longer offered', async () => {
    const { readOffer, namesFor } = await startApp(async () => ({ models: [modelOf('MiniMax-H3-Image')] }));
    await readOffer();
    expect(namesFor('image-01')).toEqual({ choices: ['MiniMax-H3-Image'], model: 'image-01', isOffered: false });
    expect(namesFor(null)).toEqual({ choices: ['MiniMax-H3-Image'], model: 'MiniMax-H3-Image', isOffered: true });
  });

  it('are the model of the form alone where the service names none', async () => {
    const { readOffer, offer, namesFor, asked } = await startApp(refuse);
    expect(offer.value.status).toBe('reading');
    await readOffer();
    expect(offer.value.status).toBe('unknown');
    expect(namesFor(null)).toEqual({ choices: ['image-01'], model: 'image-01', isOffered: true });
    expect(namesFor('MiniMax-H3-Image')).toMatchObject({ choices: ['MiniMax-H3-Image'], isOffered: true });
    await readOffer();
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('are remembered for a visit without a network', async () => {
    const first = await startApp(async () => ({ models: [modelOf('image-01'), modelOf('MiniMax-H3-Image')] }));
    await first.readOffer();
    vi.resetModules();
    const { readOffer, offer, namesFor } = await startApp(refuse);
    expect(offer.value.status).toBe('known');
    await readOffer();
    expect(namesFor(null).choices).toEqual(['image-01', 'MiniMax-H3-Image']);
  });

  it('ignores what an older version stored under the same key', async () => {
    stored.set('darkroom.models', '{"a":1}');
    const { offer } = await startApp(refuse);
    expect(offer.value.status).toBe('reading');
  });

  it('takes the limits from the service', async () => {
    const narrow = { ...modelOf('MiniMax-H3-Image'), n: { min: 1, max: 2, default: 1 } };
    const { readOffer, chooseModel, offer } = await startApp(async () => ({ models: [narrow] }));
    await readOffer();
    expect(chooseModel(null, offer.value).model.n.max).toBe(2);
  });
});
