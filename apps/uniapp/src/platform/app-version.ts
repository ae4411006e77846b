/** The version in manifest.json, as the build wrote it into the app. */
export function readAppVersion(): string {
  return uni.getAppBaseInfo().appVersion ?? '';
}
