/** A fetch that goes round these addresses, as a load balancer does that knows nothing of who is up. */
export function balance(urls: string[]): typeof fetch {
  let next = 0;
  return (input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    return fetch(`${urls[next++ % urls.length]}${pathname}${search}`, init);
  };
}
