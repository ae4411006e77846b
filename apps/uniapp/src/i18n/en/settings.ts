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
    note: 'development only',
    owner: (user) => `Signed in as user ${user}`,
    ownerWithStar: (user, star) => `Signed in as user ${user}, star ${star}`,
    none: 'No token yet. In development, the page acts as user 1.',
    expired: 'The token has expired',
    placeholder: 'Paste a JWT',
    wrong: 'Not a valid JWT',
    replace: 'Use this token',
    clear: 'Clear the token',
  },

  privacy: {
    title: 'Privacy',
    sections: [
      {
        title: 'What is sent',
        content:
          'The description you write, the settings you choose, and the portrait you select. Nothing else in your album is read.',
      },
      {
        title: 'Who receives it',
        content:
          'This app’s service, which sends it to MiniMax to generate the images. Location and other metadata of the photo are removed first.',
      },
      {
        title: 'How long it is kept',
        content:
          'Portraits are kept for 7 days; images and jobs for 30 days unless the operator sets another period. What you delete under “My images” is removed immediately.',
      },
      {
        title: 'On this device',
        content:
          'Unsent requests, the ids of running jobs, your consent to the use of photos, language and appearance, your user id and sign-in token, and a random number of the page framework that is never sent.',
      },
      {
        title: 'Please note',
        content: 'Ask people before you use their photo. Every image is marked as AI-generated.',
      },
    ],
  },
};
