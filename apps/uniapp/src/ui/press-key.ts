/** Lets Enter and Space press what is not a native button. Mini programs never send these events. */
export function onPressKey(event: Event, press: () => void): void {
  if (!('key' in event) || (event.key !== 'Enter' && event.key !== ' ')) return;
  event.preventDefault();
  press();
}
