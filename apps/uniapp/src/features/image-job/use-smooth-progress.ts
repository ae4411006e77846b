import type { ImageJob } from '@darkroom/contracts';
import { computed, onMounted, onUnmounted, ref, shallowRef, watchEffect } from 'vue';
import { claimOf, type ProgressClaim, secondsLeft, smoothProgress } from './smooth-progress.ts';

const TICK_MS = 250;

interface Answer {
  job: ImageJob;
  /** Milliseconds since 1970. */
  receivedAtMs: number;
}

/** Progress (0 to 100) and seconds left as they are shown, moving between the service's answers. */
export function useSmoothProgress(answer: Answer) {
  const nowMs = ref(Date.now());
  const progress = ref(0);
  const claim = shallowRef<ProgressClaim | null>(null);
  let last: ProgressClaim | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;

  onMounted(() => {
    timer = setInterval(() => {
      nowMs.value = Date.now();
    }, TICK_MS);
  });
  onUnmounted(() => clearInterval(timer));

  watchEffect(() => {
    last = claimOf(answer.job, answer.receivedAtMs, last);
    claim.value = last;
  });
  watchEffect(() => {
    if (claim.value) progress.value = smoothProgress(progress.value, claim.value, nowMs.value);
  });
  const left = computed(() => claim.value && secondsLeft(claim.value, nowMs.value));

  return { progress, left };
}
