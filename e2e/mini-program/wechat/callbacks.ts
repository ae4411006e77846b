/** How every asynchronous wx function answers. */
export interface Callbacks {
  success?(result: object): void;
  fail?(result: { errMsg: string }): void;
  complete?(result: object): void;
}

/** Never before the call has returned. */
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
