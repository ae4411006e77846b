/** Stands for whatever an app has to know who is signed in. */
export const session = {
  token: async () => String(uni.getStorageSync('another-app.token')),
  renew: async (): Promise<string> => {
    throw new Error('Sign in again.');
  },
};
