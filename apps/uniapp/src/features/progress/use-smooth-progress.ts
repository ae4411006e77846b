import type { ImageJob } from '@darkroom/contracts';
import { computed, onMounted, onUnmounted, ref, shallowRef, watch } from 'vue';
import { reportOf, secondsLeft, smoothProgress } from './smooth-progress.ts';

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

/** Progress (0 to 100) and seconds left to show, interpolated between answers, and whether answers fail to arrive. */
export function useSmoothProgress(answer: Answer) {
  const nowMs = ref(Date.now());
  const silentMs = ref(0);
  const report = shallowRef(reportOf(answer.job, answer.receivedAtMs, null));
  /** Progress shown when the report arrived. */
  const from = ref(answer.job.progress);
  const progress = computed(() => smoothProgress(from.value, report.value, nowMs.value));
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
      report.value = reportOf(answer.job, answer.receivedAtMs, report.value);
      silentMs.value = 0;
    },
  );
  const isSilent = computed(() => silentMs.value > SILENCE_MS_MAX);
  const left = computed(() => secondsLeft(report.value, nowMs.value));

  return { progress, left, isSilent };
}
