import type { Words } from '../words.ts';
import type { settings as zh } from '../zh/settings.ts';

export const settings: Words<typeof zh> = {
  title: 'Settings',
  language: 'Language',
  theme: 'Appearance',
  system: 'System',
  light: 'Light',
  dark: 'Dark',
  about: 'About',
  version: (version) => `Version ${version}`,

  signIn: {
    title: 'Sign-in token',
    note: 'in development only',
    owner: (user) => `Signed in as user ${user}`,
    ownerWithStar: (user, star) => `Signed in as user ${user}, star ${star}`,
    none: 'There is no token yet; a page in development is user 1',
    expired: 'The token has expired',
    placeholder: 'Paste a JWT',
    wrong: 'This is not a JWT',
    replace: 'Use this token',
    clear: 'Clear the token',
  },

  privacy: {
    title: 'Privacy',
    sections: [
      {
        title: 'What is sent',
        content:
          'The description you write, the settings you choose, and the portrait you pick yourself. Nothing else in your album is read.',
      },
      {
        title: 'To whom',
        content:
          'To this app’s service, which hands it to MiniMax to make the pictures. Location and other data inside the photo are removed first.',
      },
      {
        title: 'For how long',
        content:
          'Portraits are kept for 7 days; pictures and jobs for a limited time, 30 days unless the operator says otherwise. What you delete under “My pictures” is gone at once.',
      },
      {
        title: 'On this device',
        content:
          'Unsent orders, the numbers of jobs under way, that you agreed to the use of photos, language and appearance, your user number and your sign-in token; and a random number that the pages’ framework makes for itself, which is sent to nobody.',
      },
      {
        title: 'Please note',
        content: 'Ask people before you use their photo. Every picture made here is marked as AI-generated.',
      },
    ],
  },
};
