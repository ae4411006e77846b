import type { Messages } from '../zh.ts';
import { plural } from './plural.ts';

export const result: Messages['result'] = {
  title: 'Prints',
  headline: (count) => plural(count, 'new picture'),
  missing: (count) => `${plural(count, 'more picture')} could not be made.`,
  preview: 'Tap a picture to enlarge it',
  open: (place) => `Enlarge picture ${place}, AI-generated`,
  save: 'Save',
  previous: 'Previous',
  next: 'Next',
  close: 'Close',
  saveOne: (place) => `Save picture ${place}`,
  saved: 'Saved to your album',
  saveFailed: 'Could not save; please try again',
  saveRefused: 'Saving needs access to your album',
  openSettings: 'Settings',
  notNow: 'Not now',
  prompt: 'Description',
  again: 'Make it again',
  change: 'Change and make again',
  expiry: 'The server keeps pictures for a limited time; save the ones you like.',
  loading: 'Fetching the pictures',
};
