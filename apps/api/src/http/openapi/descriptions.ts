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
  'One of: the `upload://` address returned by an upload; an http(s) URL on a public host, which is passed to MiniMax ' +
  'unchanged; or a `data:image/jpeg;base64,` or `data:image/png;base64,` URL of less than 10,000,000 decoded bytes, whose ' +
  'format is detected from its bytes. URLs that resolve only on your own device or network are rejected: upload the file ' +
  'instead.';

const IMAGE_01_FIELDS: Description<Image01Fields>['fields'] = {
  model: '`image-01` draws freely; `image-01-live` draws in a `style`.',
  prompt: `What to draw. 1 to ${PROMPT_MAX_CODE_POINTS} Unicode code points after trimming; no U+0000 and no lone surrogates.`,
  aspect_ratio: 'Aspect ratio of the images. Defaults to 1:1 if no size is given either. `21:9` requires `image-01`.',
  width: 'Width in pixels. Requires `height` and `image-01`, and replaces `aspect_ratio`. 0 means unset.',
  height: 'Height in pixels. Requires `width`. 0 means unset.',
  subject_reference: 'A photo of the person who should appear in the images. At most one.',
  'subject_reference.type': 'Always `character`.',
  'subject_reference.image_file': IMAGE_FILE,
  n: 'Number of images. Defaults to 1. 0 means unset.',
  seed: 'The same seed with the same request gives similar images.',
  prompt_optimizer: 'Lets MiniMax rewrite the prompt first.',
  aigc_watermark: 'Adds a visible watermark that marks the image as AI-generated.',
  style: 'Only with `image-01-live`.',
  'style.style_type': 'Comic, vigorous, medieval or watercolour.',
  'style.style_weight': 'Strength of the style: greater than 0, at most 1. MiniMax defaults to 0.8.',
};

const H3 = MODEL_CAPABILITIES['MiniMax-H3-Image'];

type H3Fields = FieldsOf<H3Request> | `references.${FieldsOf<NonNullable<H3Request['references']>[number]>}`;

const H3_FIELDS: Description<H3Fields>['fields'] = {
  model: '`MiniMax-H3-Image`, or `MiniMax-H3-Image-Highspeed`, which is faster and costs twice as much.',
  prompt:
    `What to draw. 1 to ${H3.prompt.max} Unicode code points after trimming, ${H3.prompt.max_with_references} with ` +
    'references; no U+0000 and no lone surrogates.',
  size:
    `\`WIDTHxHEIGHT\` in pixels, ${H3.size.area_min} to ${H3.size.area_max} in total, from 1:${H3.size.ratio_max} to ` +
    `${H3.size.ratio_max}:1; or \`auto\`, which is the default.`,
  aspect_ratio:
    `\`X:Y\` in whole numbers up to ${H3.aspect_ratio.part_max}, from 1:${H3.aspect_ratio.ratio_max} to ` +
    `${H3.aspect_ratio.ratio_max}:1; or \`auto\`, which lets MiniMax choose. Not with a size in pixels.`,
  area: `About 1024, 2048 or 4096 pixels squared; the default is ${H3.area.default}. Not with a size in pixels.`,
  references: `Up to ${H3.references.max} images, which the prompt can refer to as image 1, image 2 and so on.`,
  'references.image_file': IMAGE_FILE,
  n: 'Number of images. Defaults to 1. 0 means unset.',
  disable_prompt_enhanced:
    'Makes MiniMax use the prompt as written. Requires a size in pixels or a ratio `X:Y`, and no references.',
};

type ModelFields =
  | FieldsOf<ImageModel>
  | `prompt.${FieldsOf<ImageModel['prompt']>}`
  | `n.${FieldsOf<ImageModel['n']>}`
  | `references.${FieldsOf<ImageModel['references']>}`
  | `cost.${FieldsOf<ImageModel['cost']>}`;

const MODEL_FIELDS: Description<ModelFields>['fields'] = {
  model: 'Value for `model` of a request.',
  family: 'Models of one family have the same fields in a request.',
  prompt: 'Longest prompt, in Unicode code points after trimming.',
  'prompt.max': 'Without references.',
  'prompt.max_with_references': 'With references.',
  n: 'Number of images of one request.',
  'n.min': 'Minimum.',
  'n.max': 'Maximum.',
  'n.default': 'Default.',
  aspect_ratio: 'Accepted ratios: a list, or any `X:Y` within bounds.',
  size: 'Accepted sizes in pixels: `width` and `height`, or `size`; null if the model accepts none.',
  area: 'Accepted size classes with the default; null if the model has none.',
  references: 'Limits on references; null means no limit.',
  'references.field': 'Field of the request that holds them.',
  'references.min': 'Minimum.',
  'references.max': 'Maximum.',
  'references.kind': '`character`: a person who should appear. `image`: any image that the prompt refers to.',
  'references.formats': 'Formats that MiniMax accepts. Uploads in other formats are converted if possible.',
  'references.bytes_limit': 'A file must be smaller than this many bytes.',
  'references.side_min': 'Shortest side in pixels.',
  'references.side_max': 'Longest side in pixels.',
  'references.ratio_max': 'Largest ratio of the longer side to the shorter one.',
  fields: 'All fields that a request for this model can have.',
  timeout_ms: 'Timeout of a call in milliseconds, unless this deployment sets another one.',
  streams: 'Whether images arrive one by one while the job runs.',
  cost: 'Price of an image.',
  'cost.unit_usd': 'US dollars per unit. One unit is the price of one `image-01` image.',
  'cost.per_image': 'Units per image, for the default area if the model has areas.',
  'cost.per_image_by_area': 'Units per image by area; null if the model has no areas.',
  'cost.is_estimate': 'True if the price is an estimate.',
};

const JOB_FIELDS: Description<FieldsOf<ImageJob>>['fields'] = {
  job_id: 'Identifies the job in all other routes.',
  user_id: 'Owner of the job, from the token: a 64-bit id in digits, or any other printable ASCII string.',
  star_id: 'Star that the job belongs to, from the token: a 64-bit id in digits, or null.',
  created_at: 'When the request was accepted.',
  updated_at: 'When `version` last changed.',
  version:
    'Increases with every change of status, stage, images or charge, but not of progress, estimate or queue position.',
  request:
    'The request as accepted. Send it again to request the same images. A data URL is replaced by the upload created from it.',
  status: 'PENDING: waiting. PROCESSING: running. COMPLETED and FAILED: ended.',
  progress: 'Percent. An estimate while the images are generated. Never decreases while the job runs.',
  poll_after_ms: 'Suggested poll interval in milliseconds, for clients that do not use `wait_seconds`.',
  eta_seconds: 'Estimated seconds until the job ends; null if no estimate is available.',
  queue_position: '1 is next. Can increase: jobs start in rotation over the users.',
  stage:
    '`generating`: waiting for MiniMax. `saving`: the images are paid for and are being downloaded and compressed.',
  reference_urls:
    'Signed links to the references, in the order of the request; null for a reference that is not an upload or is no longer stored.',
  images:
    'Links to the images, as in `assets`; while the job runs, to those that have arrived. They are signed: use them ' +
    'unchanged, and get the job again once they have expired.',
  assets: 'The same images with their details.',
  failed_count: 'Number of requested images that were not delivered.',
  completed_at: 'When the job ended.',
  error_code: 'Why the job failed.',
  error_msg: 'The same as a message for users, in Chinese.',
  retryable: 'Whether it makes sense for the user to try again, possibly at a cost.',
  charged: 'Whether MiniMax may have billed the job; `unknown` if that cannot be determined.',
};

const ASSET_FIELDS: Description<FieldsOf<ImageAsset>>['fields'] = {
  url: 'Signed link: use it unchanged. Later responses contain a fresh one.',
  url_expires_at: 'When the link expires.',
  width: 'Pixels; null if the file was delivered as received and could not be read.',
  height: 'Pixels; null if the file was delivered as received and could not be read.',
  bytes: 'Size of the file.',
  content_type: 'Media type of the file, such as `image/jpeg`.',
  compressed: "False if the file is MiniMax's original because compression failed or saved nothing.",
  placeholder: 'A thumbhash in base64 to show while the image loads; null if the file could not be read.',
  index: 'Index of the image among the `n` images, from 0.',
};

const PAGE_FIELDS: Description<FieldsOf<ImageJobPage>>['fields'] = {
  jobs: 'Newest first.',
  next_cursor: '`cursor` of the next page; null on the last page.',
};

const UPLOAD_FIELDS: Description<FieldsOf<UploadedImage>>['fields'] = {
  image_file: 'Value for `image_file` of a reference.',
  url: 'A signed link to the stored file.',
  width: 'Pixels after rotation and resizing.',
  height: 'Pixels after rotation and resizing.',
  bytes: 'Size of the stored file.',
};

type ErrorFields = FieldsOf<ErrorEnvelope> | `issues.${'path' | 'message' | 'reason' | 'params'}`;

const ERROR_FIELDS: Description<ErrorFields>['fields'] = {
  code: 'Same as the HTTP status.',
  message: 'Message for users, in Chinese.',
  data: 'Always null.',
  error_code: 'Machine-readable error code.',
  issues: 'At most 20 problems, one field each. Present with `invalid_request` and with rejected uploads.',
  'issues.path': 'Path of the field; empty if the problem concerns the whole request.',
  'issues.message': 'Message for users, in Chinese.',
  'issues.reason': 'Machine-readable reason why an upload was rejected. More may be added.',
  'issues.params': 'Details of the reason, such as `width`, `height` and `max_pixels`.',
};

function ofJob(description: string): Description {
  return { description, fields: JOB_FIELDS };
}

export const DESCRIPTIONS = {
  CreateImage: {
    description:
      'A request for images. Its fields depend on `model`. Unknown fields are rejected. Null in an optional field, or an ' +
      'empty `aspect_ratio` or list of references, is the same as leaving it out.',
    fields: {},
  },
  CreateImage01: {
    description:
      'A request for `image-01` or `image-01-live`. Fields that depend on each other: `width` and `height` come ' +
      'together, in steps of 8; a size and `aspect_ratio` exclude each other; `image-01-live` takes neither a size nor ' +
      '21:9; `style` is for `image-01-live` alone.',
    fields: IMAGE_01_FIELDS,
  },
  CreateImageH3: {
    description:
      'A request for a model of the H3 family. A size in pixels excludes `aspect_ratio` and `area`; without one, `area` ' +
      'gets its default.',
    fields: H3_FIELDS,
  },
  AcceptedRequest: { description: 'A request with its defaults filled in.', fields: {} },
  AcceptedRequest01: { description: 'A request for `image-01` with its defaults filled in.', fields: IMAGE_01_FIELDS },
  AcceptedRequestH3: { description: 'A request for H3 with its defaults filled in.', fields: H3_FIELDS },
  ImageModels: { description: 'The models that this deployment offers.', fields: { models: 'One entry per model.' } },
  ImageModel: { description: 'Capabilities and price of a model.', fields: MODEL_FIELDS },
  ImageJob: { description: 'A job in one of four states, given by `status`.', fields: {} },
  PendingJob: ofJob('The job is waiting to start.'),
  ProcessingJob: ofJob('The images are being generated or saved, or the call is waiting for a retry.'),
  CompletedJob: ofJob('The job has ended with at least one image.'),
  FailedJob: ofJob('The job has ended without images.'),
  ImageAsset: { description: 'One delivered image.', fields: ASSET_FIELDS },
  ArrivedAsset: { description: 'One image of a running job.', fields: ASSET_FIELDS },
  ImageJobPage: { description: "One page of the caller's jobs.", fields: PAGE_FIELDS },
  UploadedImage: { description: 'An uploaded reference that requests can use.', fields: UPLOAD_FIELDS },
  ErrorEnvelope: { description: 'An error response.', fields: ERROR_FIELDS },
} satisfies Record<string, Description>;
