import { computed, onUnmounted, ref } from 'vue';

const TICK_MS = 500;

/** Whole seconds left of a countdown; 0 before it starts and after it ends. */
export function useCountdown() {
  const nowMs = ref(0);
  const endsAtMs = ref(0);
  let timer: ReturnType<typeof setInterval> | undefined;

  function tick(): void {
    nowMs.value = Date.now();
    if (nowMs.value >= endsAtMs.value) clearInterval(timer);
  }

  /** Starts a countdown of so many milliseconds, replacing a running one. */
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
