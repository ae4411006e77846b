import { computed, onMounted, onUnmounted, type Ref, ref, watchEffect } from 'vue';
import { type ProgressClaim, secondsLeft, smoothProgress } from './smooth-progress.ts';

const TICK_MS = 250;

/** Progress (0 to 100) and seconds left as they are shown, moving between the service's answers. */
export function useSmoothProgress(claim: Ref<ProgressClaim | null>) {
  const nowMs = ref(Date.now());
  const progress = ref(0);
  let timer: ReturnType<typeof setInterval> | undefined;

  onMounted(() => {
    timer = setInterval(() => {
      nowMs.value = Date.now();
    }, TICK_MS);
  });
  onUnmounted(() => clearInterval(timer));

  watchEffect(() => {
    if (claim.value) progress.value = smoothProgress(progress.value, claim.value, nowMs.value);
  });
  const left = computed(() => claim.value && secondsLeft(claim.value, nowMs.value));

  return { progress, left };
}
