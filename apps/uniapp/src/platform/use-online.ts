import { onMounted, onUnmounted, ref } from 'vue';

/** Tells now and at every change whether there is a network; answers with how to stop. */
type WatchNetwork = (tell: (isOnline: boolean) => void) => () => void;

let watchNetwork: WatchNetwork = watchDevice;
// #ifdef H5
watchNetwork = watchBrowser;
// #endif

/** Whether the device believes to have a network. */
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

/** Not by uni: in Chromium it names the last speed of a network that is gone. */
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
