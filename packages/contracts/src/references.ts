/*
 * The references of a request of either family. This file imports nothing at run time: clients bundle it.
 */

/** One reference of a request, with the path of its field, as issues name it. */
export interface RequestReference {
  path: (string | number)[];
  /** An http(s) URL, a data URL, or `upload://<id>`. */
  image_file: string;
}

interface Holder {
  subject_reference?: readonly { image_file: string }[] | null | undefined;
  references?: readonly { image_file: string }[] | null | undefined;
}

/** The references of a request in their order; empty if it has none. */
export function referencesOf(request: Holder): RequestReference[] {
  const { subject_reference, references } = request;
  const held = references ?? subject_reference ?? [];
  const field = references ? 'references' : 'subject_reference';
  return held.map(({ image_file }, index) => ({ path: [field, index, 'image_file'], image_file }));
}
