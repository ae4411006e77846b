import {
  type H3Request,
  type Image01Request,
  type ImageAsset,
  type ImageJob,
  type ImageJobPage,
  type ImageModel,
  MODEL_CAPABILITIES,
  PROMPT_MAX_CODE_POINTS,
  type UploadedImage,
} from '@darkroom/contracts';
import type { ErrorEnvelope } from '@darkroom/contracts/rest';

/** Descriptions of a schema and of its fields. `a.b` is the field `b` of `a`, or of every item of `a`. */
export interface Description<Field extends string = string> {
  description: string;
  fields: Readonly<Record<Field, string>>;
}

type FieldsOf<Shape> = Shape extends unknown ? keyof Shape & string : never;

type Image01Fields =
  | FieldsOf<Image01Request>
  | `subject_reference.${FieldsOf<NonNullable<Image01Request['subject_reference']>[number]>}`
  | `style.${FieldsOf<NonNullable<Image01Request['style']>>}`;

const IMAGE_FILE =
  'The `upload://` address that an upload was answered with; or an http(s) address of a public host, which is handed to MiniMax ' +
  'as it is; or a `data:image/jpeg;base64,` or `data:image/png;base64,` URL of less than 10,000,000 decoded bytes, which ' +
  'is read as the JPEG or PNG that its bytes are. An address that only your own device or network knows is refused: upload first.';

const IMAGE_01_FIELDS: Description<Image01Fields>['fields'] = {
  model: '`image-01` draws freely; `image-01-live` draws in a `style`.',
  prompt:
    `What to draw. 1 to ${PROMPT_MAX_CODE_POINTS} Unicode code points after trimming, without U+0000 and without half a ` +
    'surrogate pair.',
  aspect_ratio: 'Shape of the pictures; 1:1 where neither this nor a size is given. 21:9 only with `image-01`.',
  width: 'Pixels; together with `height`, instead of `aspect_ratio`, only with `image-01`. 0 is the same as absent.',
  height: 'Pixels; together with `width`. 0 is the same as absent.',
  subject_reference: 'At most one photograph of a person who is to appear in the pictures.',
  'subject_reference.type': 'The one kind that there is.',
  'subject_reference.image_file': IMAGE_FILE,
  n: 'How many pictures; 1 where it is not given. 0 is the same as absent.',
  seed: 'The same seed with the same order draws similar pictures.',
  prompt_optimizer: 'Lets MiniMax rewrite the prompt first.',
  aigc_watermark: "Lets MiniMax draw a visible mark that the picture is a machine's.",
  style: 'Only with `image-01-live`.',
  'style.style_type': 'Comic, vigorous, medieval or watercolour.',
  'style.style_weight': 'How strongly, over 0 and up to 1. MiniMax takes 0.8 where it is not given.',
};

const H3 = MODEL_CAPABILITIES['MiniMax-H3-Image'];

type H3Fields = FieldsOf<H3Request> | `references.${FieldsOf<NonNullable<H3Request['references']>[number]>}`;

const H3_FIELDS: Description<H3Fields>['fields'] = {
  model: '`MiniMax-H3-Image`, or `MiniMax-H3-Image-Highspeed`, which is faster and costs twice as much.',
  prompt:
    `What to draw. 1 to ${H3.prompt.max} Unicode code points after trimming, ${H3.prompt.max_with_references} with ` +
    'references; without U+0000 and without half a surrogate pair.',
  size:
    `\`WIDTHxHEIGHT\` in pixels, ${H3.size.area_min} to ${H3.size.area_max} in total, from 1:${H3.size.ratio_max} to ` +
    `${H3.size.ratio_max}:1; or \`auto\`, the same as absent.`,
  aspect_ratio:
    `\`X:Y\` in whole numbers up to ${H3.aspect_ratio.part_max}, from 1:${H3.aspect_ratio.ratio_max} to ` +
    `${H3.aspect_ratio.ratio_max}:1; or \`auto\`, which lets MiniMax choose. Not with a size in pixels.`,
  area: `About 1024, 2048 or 4096 pixels squared; ${H3.area.default} where it is not given. Not with a size in pixels.`,
  references: `Up to ${H3.references.max} images, which the prompt speaks of as image 1, image 2 and so on.`,
  'references.image_file': IMAGE_FILE,
  n: 'How many images; 1 where it is not given. 0 is the same as absent.',
  disable_prompt_enhanced:
    'MiniMax uses the prompt as written. Needs a size in pixels or a ratio `X:Y`, and no references.',
};

type ModelFields =
  | FieldsOf<ImageModel>
  | `prompt.${FieldsOf<ImageModel['prompt']>}`
  | `n.${FieldsOf<ImageModel['n']>}`
  | `references.${FieldsOf<ImageModel['references']>}`
  | `cost.${FieldsOf<ImageModel['cost']>}`;

const MODEL_FIELDS: Description<ModelFields>['fields'] = {
  model: 'Its name, for `model` of a request.',
  family: 'Models of one family have the same fields in a request.',
  prompt: 'Longest prompt, in Unicode code points after trimming.',
  'prompt.max': 'Without references.',
  'prompt.max_with_references': 'With references.',
  n: 'Number of images of one request.',
  'n.min': 'The fewest.',
  'n.max': 'The most.',
  'n.default': 'Where `n` is absent.',
  aspect_ratio: 'The ratios: a list, or any `X:Y` within bounds.',
  size: 'The sizes in pixels: `width` and `height`, or `size`; null if the model takes none.',
  area: 'The size classes, and the one that is ordered where none is given; null if the model has none.',
  references: 'The rules for references; a bound that is null does not exist.',
  'references.field': 'The field of a request that holds them.',
  'references.min': 'The fewest.',
  'references.max': 'The most.',
  'references.kind': '`character`: a person who is to appear. `image`: any image that the prompt speaks of.',
  'references.formats': 'What MiniMax takes. Uploads in other formats are converted where possible.',
  'references.bytes_limit': 'A file has fewer bytes than this.',
  'references.side_min': 'Shortest side in pixels.',
  'references.side_max': 'Longest side in pixels.',
  'references.ratio_max': 'The longer side is at most so many times the shorter one.',
  fields: 'Every field that a request for this model may have.',
  timeout_ms: 'Milliseconds after which a call is given up, unless this deployment sets another time.',
  streams: 'Whether images arrive one by one while the job runs.',
  cost: 'What an image costs.',
  'cost.unit_usd': 'US dollars of one unit: the price of one `image-01` image.',
  'cost.per_image': 'Units of one image, of the default area if the model has areas.',
  'cost.per_image_by_area': 'Units of one image by its area; null if the model has none.',
  'cost.is_estimate': 'Whether the price is not known exactly.',
};

const JOB_FIELDS: Description<FieldsOf<ImageJob>>['fields'] = {
  job_id: 'Names the job in every other route.',
  user_id: 'Whose job it is, by the token: a 64-bit id as digits, or any other name of printable ASCII.',
  star_id: 'For which star it was ordered, by the token: a 64-bit id as digits, or null.',
  created_at: 'When the order was accepted.',
  updated_at: 'When `version` last rose.',
  version: 'Rises with every change of status, stage, images or charge; not with progress, estimate or place.',
  request:
    'The order as it was accepted: send it again to order the same. A data URL is shown as the upload it became.',
  status: 'PENDING waits, PROCESSING runs, COMPLETED and FAILED have ended.',
  progress: 'Percent. While the pictures are generated it is an estimate; it never falls while the job goes on.',
  poll_after_ms: 'Milliseconds to wait before asking again, for a client that does not use `wait_seconds`.',
  eta_seconds: 'Estimated seconds to the end; null while there is nothing to base an estimate on.',
  queue_position: '1 is next. May rise: users take turns.',
  stage: '`generating`: MiniMax draws. `saving`: the pictures are paid for, fetched and compressed.',
  reference_urls:
    'Signed links to the references of the request, in their order; null for one that is no upload or is not kept any more.',
  images:
    'Links to the pictures, as in `assets`; while the job runs, of those that have arrived. Signed: use them as they are, and ask for the job again once they ended.',
  assets: 'The same pictures with what is known of them.',
  failed_count: 'Images that were ordered and not delivered.',
  completed_at: 'When the job ended.',
  error_code: 'Why it failed.',
  error_msg: 'The same for people, in Chinese.',
  retryable: 'Whether a person may sensibly order again, possibly at a cost.',
  charged: 'Whether MiniMax may have billed it; `unknown` where nobody can tell.',
};

const ASSET_FIELDS: Description<FieldsOf<ImageAsset>>['fields'] = {
  url: 'Signed: use it as it is. A later status answer carries a fresh one.',
  url_expires_at: 'When the link ends.',
  width: 'Pixels; null where the file was delivered as it came and could not be read.',
  height: 'Pixels; null where the file was delivered as it came and could not be read.',
  bytes: 'Size of the file.',
  content_type: 'Of the file, such as `image/jpeg`.',
  compressed: "False: MiniMax's own bytes, since compressing them failed or made them larger.",
  placeholder: 'A thumbhash in base64, to show while the picture loads; null where the file could not be read.',
  index: 'Which of the `n` images it is, from 0.',
};

const PAGE_FIELDS: Description<FieldsOf<ImageJobPage>>['fields'] = {
  jobs: 'Newest first.',
  next_cursor: '`cursor` of the next page; null at the end.',
};

const UPLOAD_FIELDS: Description<FieldsOf<UploadedImage>>['fields'] = {
  image_file: 'For the references of an order.',
  url: 'A signed link to look at it.',
  width: 'Pixels, once turned upright and brought under the limits.',
  height: 'Pixels, once turned upright and brought under the limits.',
  bytes: 'Size of the file that is kept.',
};

type ErrorFields = FieldsOf<ErrorEnvelope> | `issues.${'path' | 'message' | 'reason' | 'params'}`;

const ERROR_FIELDS: Description<ErrorFields>['fields'] = {
  code: 'The HTTP status again.',
  message: 'For people, in Chinese.',
  data: 'Nothing.',
  error_code: 'For programs.',
  issues: 'What is wrong, one field each, 20 at most: with `invalid_request`, and where a photograph was not taken.',
  'issues.path': 'The way to the field; empty where the whole request is meant.',
  'issues.message': 'For people, in Chinese.',
  'issues.reason': 'For programs: why a photograph was not taken. More may be added.',
  'issues.params': 'What completes the text of that reason, such as `width`, `height` and `max_pixels`.',
};

function ofJob(description: string): Description {
  return { description, fields: JOB_FIELDS };
}

export const DESCRIPTIONS = {
  CreateImage: {
    description:
      'An order for pictures; `model` tells which fields it may have. Unknown fields are an error. Null in an optional ' +
      'field, or an empty `aspect_ratio` or list of references, is the same as leaving it out.',
    fields: {},
  },
  CreateImage01: {
    description:
      'An order for `image-01` or `image-01-live`. Fields that depend on each other: `width` and `height` come ' +
      'together, in steps of 8; a size and `aspect_ratio` exclude each other; `image-01-live` takes neither a size nor ' +
      '21:9; `style` is for `image-01-live` alone.',
    fields: IMAGE_01_FIELDS,
  },
  CreateImageH3: {
    description:
      'An order for a model of the H3 family. A size in pixels excludes `aspect_ratio` and `area`; without one, `area` ' +
      'is filled in.',
    fields: H3_FIELDS,
  },
  AcceptedOrder: { description: 'An order with its defaults filled in.', fields: {} },
  AcceptedOrder01: { description: 'An order for `image-01` with its defaults filled in.', fields: IMAGE_01_FIELDS },
  AcceptedOrderH3: { description: 'An order for H3 with its defaults filled in.', fields: H3_FIELDS },
  ImageModels: { description: 'What this deployment offers.', fields: { models: 'One entry for each model.' } },
  ImageModel: { description: 'What a model takes, and what it costs.', fields: MODEL_FIELDS },
  ImageJob: { description: 'A job in one of its four states; `status` tells which.', fields: {} },
  PendingJob: ofJob('It waits for its turn.'),
  ProcessingJob: ofJob('Its pictures are being made or saved, or its call waits to be repeated.'),
  CompletedJob: ofJob('It has at least one picture.'),
  FailedJob: ofJob('It has ended without a picture.'),
  ImageAsset: { description: 'One delivered picture.', fields: ASSET_FIELDS },
  ArrivedAsset: { description: 'One picture of a job that still runs.', fields: ASSET_FIELDS },
  ImageJobPage: { description: 'Some jobs of one caller.', fields: PAGE_FIELDS },
  UploadedImage: { description: 'A photograph that orders may name.', fields: UPLOAD_FIELDS },
  ErrorEnvelope: { description: 'A refusal.', fields: ERROR_FIELDS },
} satisfies Record<string, Description>;
