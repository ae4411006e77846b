/** Whether an Authorization header has an accepted key. `apiKey` undefined accepts any key that is not empty. */
export function isAuthorized(authorization: string | undefined, apiKey: string | undefined): boolean {
  const key = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  return key !== undefined && (apiKey === undefined || key === apiKey);
}
