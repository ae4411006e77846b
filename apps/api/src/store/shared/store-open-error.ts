/** A reason not to start, as one line for the operator. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';
}
