/** Numbers for people, with three digits or so. */
const round = (value: number): string => {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toLocaleString('en', { maximumSignificantDigits: 2 });
};

export const microseconds = (s: number): string => `${round(s * 1e6)} us`;
export const milliseconds = (s: number): string => `${round(s * 1e3)} ms`;
export const seconds = (s: number): string => `${round(s)} s`;
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
export const percent = (share: number): string => `${Math.round(share * 100)} %`;
export const perSecond = (rate: number): string => `${round(rate)} a second`;
export const ratio = (value: number): string => value.toFixed(2);
