import { onMounted, onUnmounted, ref } from 'vue';

/** Calls back with the network state now and at every change; returns the unsubscribe function. */
type WatchNetwork = (tell: (isOnline: boolean) => void) => () => void;

let watchNetwork: WatchNetwork = watchDevice;
// #ifdef H5
watchNetwork = watchBrowser;
// #endif

/** Whether the device reports a network. */
export function useOnline() {
  const isOnline = ref(true);
  let stop = () => {};
  onMounted(() => {
    stop = watchNetwork((now) => {
      isOnline.value = now;
    });
  });
  onUnmounted(() => stop());
  return isOnline;
}

function watchDevice(tell: (isOnline: boolean) => void): () => void {
  const listen = ({ isConnected }: { isConnected: boolean }) => tell(isConnected);
  uni.getNetworkType({ success: ({ networkType }) => tell(networkType !== 'none') });
  uni.onNetworkStatusChange(listen);
  return () => uni.offNetworkStatusChange(listen);
}

/** Not by uni: in Chromium it keeps reporting the last network type while offline. */
function watchBrowser(tell: (isOnline: boolean) => void): () => void {
  const listen = () => tell(navigator.onLine);
  listen();
  window.addEventListener('online', listen);
  window.addEventListener('offline', listen);
  return () => {
    window.removeEventListener('online', listen);
    window.removeEventListener('offline', listen);
  };
}
