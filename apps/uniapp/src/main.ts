import { createSSRApp } from 'vue';
import App from './App.vue';

/** uni-app calls this on every platform; `createSSRApp` is its convention for H5 and mini programs alike. */
export function createApp() {
  return { app: createSSRApp(App) };
}
