/** What another language has to fill: the same keys, any words. */
export type Words<Text> = Text extends string
  ? string
  : Text extends (...args: infer Args) => string
    ? (...args: Args) => string
    : { [Key in keyof Text]: Words<Text[Key]> };
