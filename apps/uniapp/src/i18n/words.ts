/** Shape of a translation: the same keys with any text. */
export type Words<Text> = Text extends string
  ? string
  : Text extends (...args: infer Args) => string
    ? (...args: Args) => string
    : { [Key in keyof Text]: Words<Text[Key]> };
