/** Stands for the sign-in code of any app. */
export const session = {
  token: async () => String(uni.getStorageSync('another-app.token')),
  renew: async (): Promise<string> => {
    throw new Error('Sign in again.');
  },
};
