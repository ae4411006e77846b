/** The callbacks of every asynchronous wx function. */
export interface Callbacks {
  success?(result: object): void;
  fail?(result: { errMsg: string }): void;
  complete?(result: object): void;
}

/** Calls back only after the wx function has returned. */
export function succeed({ success, complete }: Callbacks, result: object): void {
  setImmediate(() => {
    success?.(result);
    complete?.(result);
  });
}

export function fail({ fail: failed, complete }: Callbacks, errMsg: string): void {
  setImmediate(() => {
    failed?.({ errMsg });
    complete?.({ errMsg });
  });
}
