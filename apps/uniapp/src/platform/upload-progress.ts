import { ref } from 'vue';

/** Percent of the photo under way that has left the device. One is sent at a time; the sdk has no word for it. */
export const sentPercent = ref(0);
