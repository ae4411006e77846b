/** `1 image`, `2 images`: for nouns whose plural ends in s. */
export const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;
