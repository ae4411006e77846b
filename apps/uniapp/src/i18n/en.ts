import type { Messages } from './zh.ts';

const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** Every text of the app, in English. */
export const en: Messages = {
  languageName: 'English',
  otherLanguage: '中文',
  switchLanguage: '切换到中文',
  back: 'Back',
  aiGenerated: 'AI生成 · AI-generated',

  form: {
    title: 'New picture',
    headline: 'Develop a photo\nall over again',
    photo: 'Portrait',
    photoOptional: 'optional',
    photoHint: 'A clear, frontal portrait: the person in it will appear in the new pictures',
    photoAdd: 'Choose or take a photo',
    photoChange: 'Change',
    photoRemove: 'Remove',
    photoUploading: 'Uploading…',
    photoReady: 'Uploaded',
    photoAgain: 'Upload again',
    photoAlt: 'The chosen portrait',
    prompt: 'Describe the picture',
    promptPlaceholder: 'For example: by the sea at dawn, backlit, film grain, smiling at the camera',
    promptCount: (used, max) => `${used} of ${max} characters`,
    promptTooLong: (over) => `${plural(over, 'character')} too many`,
    ratio: 'Shape',
    count: 'Pictures',
    countOf: (n) => plural(n, 'picture'),
    submit: (n) => `Make ${plural(n, 'picture')}`,
    submitHint: 'Every generation is charged; one submission only ever makes one job',
    needPrompt: 'First describe the picture',
    needShorterPrompt: 'The description is too long',
    waitForUpload: 'Ready once the photo is uploaded',
    needUpload: 'The photo was not uploaded; change or remove it',
  },

  resume: {
    running: 'A job is running',
    unanswered: 'Your last order has not gone through yet',
    open: 'Open',
  },

  loading: {
    title: 'In the darkroom',
    sending: 'Submitting',
    sendingNote: 'Your order is kept on this device. If it is interrupted it goes on as the same order, never twice.',
    connecting: 'Reading the job',
    pending: 'In the queue',
    generating: 'Generating',
    saving: 'Saving the pictures',
    pendingNote: 'It starts by itself when it is your turn. You may leave.',
    generatingNote: 'MiniMax is drawing. You may leave; the job goes on.',
    savingNote: 'The pictures are made and are being fetched and compressed.',
    offline: 'You are offline. The job goes on at the server and will be shown again when you are back.',
    overdue: 'Taking longer than expected, still going.',
    position: (place) => `Number ${place} in the queue`,
    placeUnit: 'in line',
    nextNote: 'You are next; it starts in a moment.',
    estimateLabel: 'Time left',
    picturesLabel: 'Pictures',
    seconds: (seconds) => `about ${seconds} s`,
    minutes: (minutes) => `about ${minutes} min`,
    noEstimate: 'no estimate yet',
    progressLabel: 'Progress',
    cancel: 'Cancel the job',
    canceling: 'Canceling…',
  },

  cancelDialog: {
    title: 'Cancel this job?',
    free: 'It has not been sent to MiniMax. Canceling costs nothing.',
    maybeCharged:
      'It has been sent to MiniMax and cannot be called back: it may still be charged, and its pictures will not be shown.',
    charged: 'The pictures are made and charged. Canceling means they are not kept.',
    confirm: 'Cancel job',
    keep: 'Keep waiting',
    failed: 'Could not cancel; please try again in a moment',
  },

  result: {
    title: 'Prints',
    headline: (count) => plural(count, 'new picture'),
    missing: (count) => `${plural(count, 'more picture')} could not be made.`,
    preview: 'Tap a picture to enlarge it',
    open: (place) => `Enlarge picture ${place}, AI-generated`,
    save: 'Save',
    previous: 'Previous',
    next: 'Next',
    close: 'Close',
    saveOne: (place) => `Save picture ${place}`,
    saved: 'Saved to your album',
    saveFailed: 'Could not save; please try again',
    saveRefused: 'Saving needs access to your album',
    openSettings: 'Settings',
    notNow: 'Not now',
    prompt: 'Description',
    again: 'Make it again',
    change: 'Change and make again',
    expiry: 'The server keeps pictures for a limited time; save the ones you like.',
    loading: 'Fetching the pictures',
  },

  history: {
    title: 'My pictures',
    open: 'My pictures',
    empty: 'Nothing here yet',
    emptyNote: 'Your pictures will be kept here, newest first.',
    start: 'Make the first one',
    reading: 'Reading',
    more: 'Show older ones',
    statuses: { PENDING: 'In the queue', PROCESSING: 'Generating', COMPLETED: 'Done', FAILED: 'Not made' },
    pictures: (count) => plural(count, 'picture'),
  },

  actions: {
    retry: 'Try again',
    retryPaid: 'Generate again (may be charged again)',
    edit: 'Change and try again',
    reload: 'Read again',
    home: 'Back to start',
    confirmRetryTitle: 'Generate again?',
    confirmRetry: 'This makes a new job and may be charged again.',
    confirm: 'Generate',
    dismiss: 'Not now',
  },

  charge: {
    label: 'Charge',
    no: 'Nothing was charged.',
    yes: 'This was charged.',
    unknown:
      'Whether it was charged is not known: the request was sent and no certain answer came. The MiniMax bill will tell.',
    none: 'No job was made and nothing was charged.',
    unanswered: 'No answer yet. Trying again with the same submission never orders twice.',
  },

  jobFailures: {
    provider_timeout: {
      title: 'It took too long',
      reason: 'MiniMax gave no result within the time limit.',
      next: 'Generate again now, or come back in a few minutes.',
    },
    provider_unavailable: {
      title: 'The generator is out of reach',
      reason: 'MiniMax could not be reached, or its answer could not be read.',
      next: 'Wait a few minutes, then generate again.',
    },
    provider_error: {
      title: 'The generator failed',
      reason: 'MiniMax reported an error of its own.',
      next: 'Generate again; if it keeps happening, change the description.',
    },
    provider_rate_limited: {
      title: 'The generator is too busy',
      reason: 'There are too many requests, and waiting did not help.',
      next: 'Generate again in a few minutes.',
    },
    provider_auth: {
      title: 'The service is not set up yet',
      reason: 'MiniMax did not accept this service’s credentials.',
      next: 'Please tell the operator; trying again will not help.',
    },
    provider_balance: {
      title: 'The service has run out of credit',
      reason: 'Its balance or plan at MiniMax is used up.',
      next: 'Please tell the operator; trying again will not help.',
    },
    provider_rejected: {
      title: 'These settings were refused',
      reason: 'MiniMax does not take these settings or this photo.',
      next: 'Use another photo or change the description.',
    },
    content_rejected: {
      title: 'The content was blocked',
      reason: 'The description, the photo or the result did not pass the safety check.',
      next: 'Change the description or use another photo.',
    },
    no_images: {
      title: 'No picture came back',
      reason: 'MiniMax answered, but without a single picture.',
      next: 'Change the description and generate again.',
    },
    download_failed: {
      title: 'The pictures could not be fetched',
      reason: 'They were made, but downloading them failed for too long.',
      next: 'You can generate again; that is charged again.',
    },
    outcome_unknown: {
      title: 'The outcome is not known',
      reason: 'The service restarted in the middle and never saw MiniMax’s answer.',
      next: 'Whether to generate again is your choice.',
    },
    expired: {
      title: 'It waited too long',
      reason: 'The job ended in the queue and was never sent.',
      next: 'You can generate again now.',
    },
    canceled: {
      title: 'The job was canceled',
      reason: 'It was stopped as you asked.',
      next: 'You can generate again at any time.',
    },
    internal: {
      title: 'Something went wrong',
      reason: 'The fault is ours and has been recorded.',
      next: 'You can generate again later.',
    },
  },

  requestFailures: {
    invalid_request: {
      title: 'Something in the order is not right',
      reason: 'One of the settings is not accepted.',
      next: 'Change it and submit again.',
    },
    unauthenticated: {
      title: 'Your sign-in has expired',
      reason: 'Please sign in again to go on.',
      next: 'Your order is kept until then.',
    },
    forbidden: {
      title: 'This job is not yours',
      reason: 'This account may not see it.',
      next: 'Switch to the account that made it.',
    },
    link_expired: {
      title: 'The picture link has expired',
      reason: 'Links are valid for a limited time.',
      next: 'Read the job again for a new link.',
    },
    job_not_found: {
      title: 'There is no such job',
      reason: 'It may have been deleted or is past its keeping time.',
      next: 'Start again from the first page.',
    },
    upload_not_found: {
      title: 'The photo has expired',
      reason: 'Uploaded photos are kept for a few days only.',
      next: 'Choose the photo again and submit.',
    },
    not_found: {
      title: 'There is nothing at this address',
      reason: 'The app may need an update.',
      next: 'Update the app and try again.',
    },
    method_not_allowed: {
      title: 'The request was not accepted',
      reason: 'App and service may be of different versions.',
      next: 'Update the app and try again.',
    },
    payload_too_large: {
      title: 'The photo is too large',
      reason: 'It is more than the service takes.',
      next: 'Use a photo of at most 20 MB.',
    },
    unsupported_media_type: {
      title: 'This kind of content is not accepted',
      reason: 'The service does not know it.',
      next: 'Use a JPEG or PNG photo.',
    },
    unsupported_image: {
      title: 'The photo cannot be read',
      reason: 'The file may be damaged or of another format.',
      next: 'Use JPEG, PNG, WebP or AVIF.',
    },
    idempotency_mismatch: {
      title: 'The submission conflicts with another',
      reason: 'The same submission was sent with other content.',
      next: 'Go back and submit once more.',
    },
    rate_limited: {
      title: 'That was too fast',
      reason: 'There were too many submissions within a minute.',
      next: 'Wait a moment and try again.',
    },
    too_many_jobs: {
      title: 'Too many of your jobs are running',
      reason: 'Please let some of them finish.',
      next: 'Try again when one has ended.',
    },
    quota_exceeded: {
      title: 'Today’s pictures are used up',
      reason: 'The limit for 24 hours is reached.',
      next: 'Come back tomorrow.',
    },
    queue_full: {
      title: 'The queue is full',
      reason: 'No new jobs are taken for the moment.',
      next: 'Try again later; your order is kept.',
    },
    draining: {
      title: 'The service is restarting',
      reason: 'It will be back in a moment.',
      next: 'Wait a moment and try again.',
    },
    unavailable: {
      title: 'The service is not available',
      reason: 'Its storage cannot be used right now.',
      next: 'Try again later; your order is kept.',
    },
    internal: {
      title: 'Something went wrong',
      reason: 'The fault is ours and has been recorded.',
      next: 'Try again later; your order is kept.',
    },
    network: {
      title: 'The service cannot be reached',
      reason: 'The network is down, or the service does not answer.',
      next: 'Check the network and try again; your order is kept.',
    },
    bad_answer: {
      title: 'The answer makes no sense',
      reason: 'This may be the wrong address, or the service is being maintained.',
      next: 'Try again later; your order is kept.',
    },
  },

  retryAfter: (seconds) => `Waiting ${plural(seconds, 'second')} is advised.`,
};
