import type { ImageJob } from '@darkroom/contracts';
import { computed, onMounted, onUnmounted, ref, shallowRef, watch } from 'vue';
import { claimOf, secondsLeft, smoothProgress } from './smooth-progress.ts';

const TICK_MS = 250;

/** A longer gap between two ticks means that the app was in the background. */
const GAP_MS_MAX = 1_000;

/** Maximum interval between answers while the connection works. */
const SILENCE_MS_MAX = 30_000;

interface Answer {
  job: ImageJob;
  /** Milliseconds since 1970. */
  receivedAtMs: number;
}

/** Progress (0 to 100) and seconds left as they are shown, moving between the service's answers; and whether those fail to come. */
export function useSmoothProgress(answer: Answer) {
  const nowMs = ref(Date.now());
  const silentMs = ref(0);
  const claim = shallowRef(claimOf(answer.job, answer.receivedAtMs, null));
  /** What was shown when the claim arrived. */
  const from = ref(answer.job.progress);
  const progress = computed(() => smoothProgress(from.value, claim.value, nowMs.value));
  let timer: ReturnType<typeof setInterval> | undefined;

  onMounted(() => {
    timer = setInterval(() => {
      const lastMs = nowMs.value;
      nowMs.value = Date.now();
      silentMs.value += Math.min(nowMs.value - lastMs, GAP_MS_MAX);
    }, TICK_MS);
  });
  onUnmounted(() => clearInterval(timer));

  watch(
    () => answer.job,
    () => {
      from.value = progress.value;
      claim.value = claimOf(answer.job, answer.receivedAtMs, claim.value);
      silentMs.value = 0;
    },
  );
  const isSilent = computed(() => silentMs.value > SILENCE_MS_MAX);
  const left = computed(() => secondsLeft(claim.value, nowMs.value));

  return { progress, left, isSilent };
}
