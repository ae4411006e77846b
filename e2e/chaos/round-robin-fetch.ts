/** A fetch that sends requests to these addresses in turn, like a load balancer without health checks. */
export function roundRobinFetch(urls: string[]): typeof fetch {
  let next = 0;
  return (input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    return fetch(`${urls[next++ % urls.length]}${pathname}${search}`, init);
  };
}
