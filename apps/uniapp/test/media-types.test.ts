import { expect, test } from 'vitest';
import { MEDIA_TYPE_LIST, MEDIA_TYPES } from '../../api/src/media-types.ts';
import { fileName } from '../src/features/result/file-name.ts';
import { UPLOAD_EXTENSIONS } from '../src/platform/choose-photo.ts';

test.each(MEDIA_TYPE_LIST)("names a saved %s with the API's extension", (type) => {
  expect(fileName('0123456789', 0, type)).toBe(`darkroom-01234567-1.${MEDIA_TYPES[type].extensions[0]}`);
});

test('offers exactly the formats that the API accepts as uploads', () => {
  const accepted = MEDIA_TYPE_LIST.flatMap((type) => (MEDIA_TYPES[type].isUpload ? MEDIA_TYPES[type].extensions : []));
  expect(UPLOAD_EXTENSIONS).toEqual(accepted);
});
