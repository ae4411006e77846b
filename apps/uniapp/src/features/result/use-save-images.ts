import { ref } from 'vue';
import { resultText } from '../../i18n/result.ts';
import { openPermissions, type SaveOutcome, saveImage } from '../../platform/save-image.ts';
import { confirm } from '../../ui/confirm.ts';
import { fileName } from './file-name.ts';
import type { JobWithImages, LinkSource } from './image-links.ts';

interface Deps extends LinkSource {
  /** False: the user did not consent to album access. */
  askForAlbum(): Promise<boolean>;
}

/** Saves images of a job one after another, asking for the permissions a phone needs. */
export function useSaveImages({ freshen, mend, askForAlbum }: Deps) {
  const saving = ref<{ done: number; count: number } | null>(null);

  async function save(indexes: number[]): Promise<void> {
    if (saving.value || !(await askForAlbum())) return;
    saving.value = { done: 0, count: indexes.length };
    const outcomes: SaveOutcome[] = [];
    try {
      for (const index of indexes) {
        const outcome = await saveOne(index);
        outcomes.push(outcome);
        if (outcome === 'refused') break;
        saving.value = { done: outcomes.length, count: indexes.length };
      }
    } finally {
      saving.value = null;
    }
    if (!outcomes.includes('refused')) tell(outcomes);
    else if (await askForPermission()) await save(indexes.slice(outcomes.length - 1));
  }

  async function saveOne(index: number): Promise<SaveOutcome> {
    const outcome = await saveFrom(await freshen(), index);
    return outcome === 'failed' ? saveFrom(await mend(), index) : outcome;
  }

  return { saving, save };
}

async function saveFrom(job: JobWithImages | null, index: number): Promise<SaveOutcome> {
  const asset = job?.assets[index];
  return job && asset ? saveImage(asset.url, fileName(job.job_id, index, asset.content_type)) : 'failed';
}

/** True once the app has album access. */
async function askForPermission(): Promise<boolean> {
  const { save, saveRefused, openSettings, notNow } = resultText.value;
  const question = { title: save, content: saveRefused, yes: openSettings, no: notNow };
  return (await confirm(question)) && openPermissions();
}

/** Browsers show downloads themselves. */
function tell(outcomes: SaveOutcome[]): void {
  const { saved, savedAll, savedSome, saveFailed } = resultText.value;
  const done = outcomes.filter((outcome) => outcome !== 'failed').length;
  if (done === 0) uni.showToast({ title: saveFailed, icon: 'none' });
  else if (done < outcomes.length) uni.showToast({ title: savedSome(done, outcomes.length), icon: 'none' });
  else if (outcomes.includes('saved')) uni.showToast({ title: done === 1 ? saved : savedAll(done) });
}
