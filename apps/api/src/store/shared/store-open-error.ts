/** A reason not to start, in one line for the operator. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';
}
