/** The colours of one image, from the darkest (`ink`) to the lightest (`paper`), and a contrasting `accent`. */
export interface Palette {
  ink: string;
  deep: string;
  middle: string;
  light: string;
  paper: string;
  accent: string;
}

/** Consecutive palettes differ as much as possible, since the images of one request use them one after the other. */
export const PALETTES: readonly Palette[] = [
  { ink: '#1d1a31', deep: '#4d2d52', middle: '#9a4c72', light: '#f0a07c', paper: '#fff1e0', accent: '#ff6b57' },
  { ink: '#0c2530', deep: '#1b4b57', middle: '#3d8687', light: '#a9d3bd', paper: '#f5f3e4', accent: '#f2a541' },
  { ink: '#23190f', deep: '#6b3a1e', middle: '#c0692f', light: '#f1b763', paper: '#fdf3dc', accent: '#2f7f86' },
  { ink: '#12183a', deep: '#2b3a80', middle: '#5d73c4', light: '#b6c4f0', paper: '#f3f4fd', accent: '#ff8fa3' },
  { ink: '#14251a', deep: '#2f5638', middle: '#6d9459', light: '#c5d69a', paper: '#f7f6e6', accent: '#e4572e' },
  { ink: '#2b1020', deep: '#6e1f45', middle: '#c2436f', light: '#f6a5b4', paper: '#fff2ef', accent: '#3f8fa6' },
];
