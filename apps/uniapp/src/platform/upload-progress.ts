import { ref } from 'vue';

/** Percent of the current upload that was sent. One upload runs at a time; the SDK has no progress event. */
export const sentPercent = ref(0);
