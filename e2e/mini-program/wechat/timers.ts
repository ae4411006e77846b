type Timer = ReturnType<typeof setTimeout>;

/** Node's timers, which can all be stopped together: a closed mini program runs nothing. */
export function createTimers() {
  const running = new Set<Timer>();
  const keep = (timer: Timer) => {
    running.add(timer);
    return timer;
  };
  const stop = (timer: Timer | undefined) => {
    if (timer === undefined) return;
    running.delete(timer);
    clearTimeout(timer);
  };
  return {
    globals: {
      setTimeout: (run: () => void, ms?: number) => keep(setTimeout(run, ms)),
      setInterval: (run: () => void, ms?: number) => keep(setInterval(run, ms)),
      clearTimeout: stop,
      clearInterval: stop,
    },
    stop: () => running.forEach(stop),
  };
}
