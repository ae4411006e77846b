import { onMounted, onUnmounted, ref } from 'vue';

/** Whether the device believes to have a network. */
export function useOnline() {
  const isOnline = ref(true);
  const listen = ({ isConnected }: { isConnected: boolean }) => {
    isOnline.value = isConnected;
  };
  onMounted(() => {
    uni.getNetworkType({ success: ({ networkType }) => listen({ isConnected: networkType !== 'none' }) });
    uni.onNetworkStatusChange(listen);
  });
  onUnmounted(() => uni.offNetworkStatusChange(listen));
  return isOnline;
}
