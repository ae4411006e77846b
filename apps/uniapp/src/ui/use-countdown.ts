import { computed, onUnmounted, ref } from 'vue';

const TICK_MS = 500;

/** Whole seconds until a time that is set with `until`; 0 before that and after. */
export function useCountdown() {
  const nowMs = ref(0);
  const endsAtMs = ref(0);
  let timer: ReturnType<typeof setInterval> | undefined;

  function tick(): void {
    nowMs.value = Date.now();
    if (nowMs.value >= endsAtMs.value) clearInterval(timer);
  }

  /** Counts down so many milliseconds from now, in place of what was counted before. */
  function start(ms: number): void {
    clearInterval(timer);
    endsAtMs.value = Date.now() + ms;
    timer = setInterval(tick, TICK_MS);
    tick();
  }

  onUnmounted(() => clearInterval(timer));
  const secondsLeft = computed(() => Math.max(0, Math.ceil((endsAtMs.value - nowMs.value) / 1000)));
  return { secondsLeft, start };
}
