export interface Fixture {
  file: string;
  code: string;
}

const CONTRACTS = 'packages/contracts/src/image-job.ts';
const ROUTER = 'packages/contracts/src/router.ts';
const SDK = 'packages/sdk/src/client.ts';
const SDK_TEST = 'packages/sdk/test/client.test.ts';
const STORY = 'e2e/cancel.test.ts';
const BENCH = 'bench/rows/p2-trpc-status.ts';
const TEST_KIT = 'test-kit/client/user.ts';
const SCRIPT = 'scripts/token.ts';
const CLIENT = 'packages/minimax-client/src/client.ts';
const SIMULATOR = 'packages/minimax-simulator/src/server.ts';
const PAGE = 'apps/uniapp/src/api.ts';
const COMPONENT = 'apps/uniapp/src/pages/index/index.vue';
const FEATURE = 'apps/uniapp/src/features/progress/use-job.ts';
const CREATE_FEATURE = 'apps/uniapp/src/features/create/draft.ts';
const SHARED_FEATURE = 'apps/uniapp/src/features/job/use-job.ts';
const UI = 'apps/uniapp/src/ui/confirm.ts';
const DESIGN = 'apps/uniapp/src/design/theme.ts';
const ROUTES = 'apps/uniapp/src/routes.ts';
const PLATFORM = 'apps/uniapp/src/platform/token.ts';
const HTTP = 'apps/api/src/http/rest.ts';
const JOB = 'apps/api/src/job/job-state.ts';
const RETRY = 'apps/api/src/retry/back-off.ts';
const JOBS = 'apps/api/src/jobs/create-job.ts';
const QUEUE = 'apps/api/src/queue/local-queue.ts';
const PROVIDER = 'apps/api/src/provider/minimax-provider.ts';
const IMAGES = 'apps/api/src/images/compress.ts';
const STORE = 'apps/api/src/store/sql-job-store.ts';
const MIGRATION = 'apps/api/src/store/migrations/first.ts';
const FILES = 'apps/api/src/files/local-file-store.ts';
const TELEMETRY = 'apps/api/src/telemetry/log.ts';
const COMPOSE = 'apps/api/src/compose.ts';
const COMPOSE_WORKER = 'apps/api/src/compose-worker.ts';
const MAIN = 'apps/api/src/main.ts';
const CLOCK = 'apps/api/src/clock.ts';
const CONFIG = 'apps/api/src/config.ts';
const SETTINGS = 'apps/api/src/settings/urls.ts';

/** Each line breaks one rule. `says` is the part of the message that names the alternative. */
export const BROKEN: (Fixture & { says: string })[] = [
  { file: CONTRACTS, code: "import { initTRPC } from '@trpc/server';", says: 'in trpc.ts and router.ts' },
  { file: CONTRACTS, code: "import sharp from 'sharp';", says: 'put what fulfils it into apps/api' },
  { file: CONTRACTS, code: "import { readFile } from 'node:fs/promises';", says: 'put what fulfils it into apps/api' },
  { file: CONTRACTS, code: "export * from '../../sdk/src/client.ts';", says: 'put what fulfils it into apps/api' },
  { file: ROUTER, code: "import { createJob } from '@darkroom/api';", says: 'Put what fulfils the call into apps/api' },
  { file: ROUTER, code: "import fastify from 'fastify';", says: 'Put what fulfils the call into apps/api' },

  { file: SDK, code: "import * as z from 'zod';", says: 'on @darkroom/contracts and @trpc/client alone' },
  { file: SDK, code: "import { createServer } from 'node:http';", says: 'option of createImageClient' },
  { file: SDK, code: "import { main } from '../../../apps/api/src/main.ts';", says: 'and @trpc/client alone' },
  { file: SDK, code: "import { CreateImage } from '@darkroom/contracts';", says: 'Use `import type`' },
  { file: SDK, code: "import { type ImageJob } from '@darkroom/contracts';", says: 'Use `import type`' },
  { file: SDK, code: "export * from '@darkroom/contracts';", says: 'Use `import type`' },
  { file: SDK, code: "export { ImageError } from '@darkroom/contracts';", says: 'Use `import type`' },
  { file: SDK, code: "await import('@darkroom/contracts');", says: 'Use `import type`' },
  { file: SDK, code: "import { appRouter } from '@darkroom/contracts/router';", says: 'Use `import type`' },
  { file: SDK, code: "import { toImageError } from '@darkroom/contracts/trpc';", says: 'Use `import type`' },

  { file: CLIENT, code: "import type { CreateImage } from '@darkroom/contracts';", says: 'in apps/api/src/provider' },
  { file: CLIENT, code: "import { x } from '../../sdk/src/client.ts';", says: 'in apps/api/src/provider' },
  { file: SIMULATOR, code: "import { x } from '@darkroom/minimax-client';", says: "from MiniMax's documents" },
  { file: SIMULATOR, code: "import { x } from '../../../apps/api/src/main.ts';", says: "from MiniMax's documents" },

  { file: SDK_TEST, code: "import { main } from '../../../apps/api/src/main.ts';", says: 'whole stories live in e2e/' },
  { file: SDK_TEST, code: "import { x } from '@darkroom/api/config';", says: 'whole stories live in e2e/' },
  { file: SDK_TEST, code: "import { x } from '@darkroom/test-kit/client/user';", says: 'whole stories live in e2e/' },

  { file: STORY, code: "import { x } from '../apps/api/src/config.ts';", says: 'belongs into @darkroom/test-kit' },
  {
    file: STORY,
    code: "import { x } from '../apps/api/test/faults/world.ts';",
    says: 'belongs into @darkroom/test-kit',
  },
  { file: STORY, code: "import { x } from '../packages/sdk/src/client.ts';", says: 'belongs into @darkroom/test-kit' },
  { file: STORY, code: "import { x } from '../scripts/launcher.ts';", says: 'belongs into @darkroom/test-kit' },
  { file: STORY, code: "import { x } from '@darkroom/api/config';", says: 'belongs into @darkroom/test-kit' },
  { file: STORY, code: "import { x } from '../test-kit/client/user.ts';", says: 'by its name' },
  {
    file: BENCH,
    code: "import { x } from '../../apps/api/src/store/job-store.ts';",
    says: 'Measure through what clients see',
  },
  { file: BENCH, code: "import { x } from '../../e2e/load/gauges.ts';", says: 'imports no story' },
  { file: BENCH, code: "import { x } from '../../test-kit/client/user.ts';", says: 'by its name' },
  { file: TEST_KIT, code: "import { x } from '../../apps/api/src/config.ts';", says: "the package's exports list" },
  { file: TEST_KIT, code: "import { x } from '../../e2e/disk/limit-file-size.ts';", says: 'Nothing imports a story' },
  { file: SCRIPT, code: "import { x } from '../apps/api/src/config.ts';", says: "the package's exports list" },
  {
    file: SCRIPT,
    code: "import { x } from '../packages/contracts/src/limits.ts';",
    says: "the package's exports list",
  },

  { file: PAGE, code: "import type { AppRouter } from '@darkroom/contracts/router';", says: 'belongs into the sdk' },
  { file: PAGE, code: "import { GENERATION_PATH } from '@darkroom/contracts/rest';", says: 'belongs into the sdk' },
  { file: PAGE, code: "import { x } from '@darkroom/minimax-client';", says: 'belongs into the sdk' },
  { file: PAGE, code: "import { x } from '../../../packages/sdk/src/client.ts';", says: 'belongs into the sdk' },
  { file: PAGE, code: "import { CreateImage } from '@darkroom/contracts';", says: 'Use `import type`' },
  { file: PAGE, code: "import { createTRPCClient } from '@trpc/client';", says: 'the client in src/api.ts' },
  { file: PAGE, code: "import * as z from 'zod';", says: 'the client in src/api.ts' },
  { file: PAGE, code: "import path from 'node:path';", says: 'the client in src/api.ts' },
  { file: FEATURE, code: "import History from '../../pages/history/history.vue';", says: 'Navigate through' },
  { file: FEATURE, code: "import * as z from 'zod';", says: 'the client in src/api.ts' },
  { file: CREATE_FEATURE, code: "import { listJobs } from '../history/list-jobs.ts';", says: 'comes before progress' },
  { file: SHARED_FEATURE, code: "import { drafts } from '../create/draft.ts';", says: 'what the other features share' },
  { file: UI, code: "import { drafts } from '../features/create/draft.ts';", says: 'know no job' },
  { file: UI, code: "import { api } from '../api.ts';", says: 'know no job' },
  { file: DESIGN, code: "import { confirm } from '../ui/confirm.ts';", says: 'import platform/ only' },
  { file: ROUTES, code: "import type { JobFilter } from './features/history/list-jobs.ts';", says: 'the lowest layer' },
  { file: PLATFORM, code: "import { text } from '../i18n/language.ts';", says: 'the lowest layer' },
  { file: PLATFORM, code: "import { api } from '../api.ts';", says: 'the lowest layer' },
  {
    file: COMPONENT,
    code: '<script setup lang="ts">\nimport { CreateImage } from "@darkroom/contracts";\n</script>',
    says: 'Use `import type`',
  },

  { file: HTTP, code: "import { x } from '../store/job-store.ts';", says: 'Call a verb of jobs/' },
  { file: HTTP, code: "import { x } from '../files/file-store.ts';", says: 'Call a verb of jobs/' },
  { file: HTTP, code: "import { x } from '../queue/queue.ts';", says: 'Call a verb of jobs/' },
  { file: HTTP, code: "import { x } from '../config.ts';", says: 'hand in what it needs from compose.ts' },
  { file: HTTP, code: "import { x } from '../compose-api.ts';", says: 'Call a verb of jobs/' },
  { file: HTTP, code: "import { x } from '@darkroom/minimax-client';", says: 'Call a verb of jobs/' },
  { file: HTTP, code: "import sharp from 'sharp';", says: 'Call a verb of jobs/' },

  { file: JOB, code: "import type { JobStore } from '../store/job-store.ts';", says: 'job/ is the domain' },
  { file: JOB, code: "import { sql } from 'kysely';", says: 'job/ is the domain' },
  { file: RETRY, code: "import type { StoredJob } from '../job/stored-job.ts';", says: 'knows nothing of the work' },
  { file: RETRY, code: "import { readFile } from 'node:fs/promises';", says: 'knows nothing of the work' },
  { file: JOBS, code: "import { x } from '../queue/local-queue.ts';", says: 'jobs/ sees job/ and interfaces only' },
  {
    file: JOBS,
    code: "import { x } from '../provider/minimax-provider.ts';",
    says: 'jobs/ sees job/ and interfaces only',
  },
  { file: JOBS, code: "import { x } from '../images/compress.ts';", says: 'jobs/ sees job/ and interfaces only' },
  { file: JOBS, code: "import { x } from '../store/sql-job-store.ts';", says: 'jobs/ sees job/ and interfaces only' },
  {
    file: JOBS,
    code: "import { x } from '../files/local-file-store.ts';",
    says: 'jobs/ sees job/ and interfaces only',
  },
  { file: JOBS, code: "import { x } from '../http/rest.ts';", says: 'jobs/ sees job/ and interfaces only' },
  { file: JOBS, code: "import { x } from '../telemetry/log.ts';", says: 'argument from compose.ts' },
  { file: JOBS, code: "import { x } from '../config.ts';", says: 'argument from compose.ts' },
  { file: JOBS, code: "import { x } from '@darkroom/minimax-client';", says: 'behind one of the interfaces' },
  { file: JOBS, code: "import PQueue from 'p-queue';", says: 'behind one of the interfaces' },
  { file: JOBS, code: "import { sql } from 'kysely';", says: 'behind one of the interfaces' },
  { file: JOBS, code: "import { TRPCError } from '@trpc/server';", says: "Throw the contract's ImageError" },
  { file: JOBS, code: "import type { FastifyRequest } from 'fastify';", says: "Throw the contract's ImageError" },
  { file: JOBS, code: "import { pino } from 'pino';", says: 'Telemetry is handed in' },

  { file: QUEUE, code: "import { x } from '../store/job-store.ts';", says: 'do not see each other' },
  { file: QUEUE, code: "import { x } from '../compose-worker.ts';", says: 'sees nothing above it' },
  { file: QUEUE, code: "import { x } from '../jobs/run-job.ts';", says: 'sees nothing above it' },
  { file: PROVIDER, code: "import { x } from '../images/image-processor.ts';", says: 'do not see each other' },
  { file: PROVIDER, code: "import { x } from '../config.ts';", says: 'sees nothing above it' },
  { file: IMAGES, code: "import { x } from '../files/file-store.ts';", says: 'do not see each other' },
  { file: IMAGES, code: "import { x } from '../telemetry/metrics.ts';", says: 'sees nothing above it' },
  { file: IMAGES, code: "import { Counter } from 'prom-client';", says: 'Telemetry is handed in' },
  { file: STORE, code: "import { x } from '../queue/queue.ts';", says: 'do not see each other' },
  { file: STORE, code: "import { TRPCError } from '@trpc/server';", says: "Throw the contract's ImageError" },
  { file: STORE, code: "import { x } from '@darkroom/contracts/router';", says: "Throw the contract's ImageError" },
  { file: MIGRATION, code: "import { x } from '../../jobs/job-state.ts';", says: 'sees nothing above it' },
  { file: FILES, code: "import { x } from '../http/files.ts';", says: 'sees nothing above it' },
  { file: FILES, code: "import fastify from 'fastify';", says: "Throw the contract's ImageError" },

  { file: TELEMETRY, code: "import { x } from '../jobs/run-job.ts';", says: 'Telemetry knows no part' },
  { file: COMPOSE, code: "import { pino } from 'pino';", says: 'made in telemetry/' },
  { file: COMPOSE_WORKER, code: "import { pino } from 'pino';", says: 'made in telemetry/' },
  { file: MAIN, code: "import { register } from 'prom-client';", says: 'made in telemetry/' },
  { file: CONFIG, code: "import { x } from './compose.ts';", says: 'Settings depend on nothing of ours' },
  { file: SETTINGS, code: "import { x } from '../compose.ts';", says: 'Settings depend on nothing of ours' },

  { file: JOBS, code: "import { setTimeout } from 'node:timers/promises';", says: 'injected clock' },
  { file: JOBS, code: 'Date.now();', says: 'injected clock' },
  { file: JOBS, code: 'now(Date.now);', says: 'injected clock' },
  { file: JOBS, code: 'new Date();', says: 'injected clock' },
  { file: STORE, code: 'performance.now();', says: 'injected clock' },
  { file: HTTP, code: 'setTimeout(close, 1_000);', says: 'injected clock' },
  { file: COMPOSE, code: 'setInterval(round, 1_000);', says: 'injected clock' },
  { file: FILES, code: 'AbortSignal.timeout(1_000);', says: 'injected clock' },

  { file: JOBS, code: 'process.env.PORT;', says: 'process.env' },
  { file: MAIN, code: 'process.env.PORT;', says: 'process.env' },
  { file: SDK, code: 'process.env.PORT;', says: 'process.env' },
];

/** The imports that the architecture allows. */
export const ALLOWED: Fixture[] = [
  { file: CONTRACTS, code: "import { REQUEST_ERRORS } from './errors.ts';" },
  { file: CONTRACTS, code: "import { $ZodError } from 'zod/v4/core';" },
  { file: ROUTER, code: "import { initTRPC } from '@trpc/server';" },
  { file: 'packages/contracts/test/router.test.ts', code: "import { readFile } from 'node:fs/promises';" },

  { file: SDK, code: "import { createTRPCClient, httpBatchLink } from '@trpc/client';" },
  { file: SDK, code: "import type { ImageJob } from '@darkroom/contracts';" },
  { file: SDK, code: "export type { ImageJob } from '@darkroom/contracts';" },
  { file: SDK, code: "import type { AppRouter } from '@darkroom/contracts/router';" },
  { file: SDK, code: "import { WAIT_SECONDS_MAX } from '@darkroom/contracts/limits';" },
  { file: SDK, code: "import { REQUEST_ERRORS } from '@darkroom/contracts/errors';" },
  { file: SDK, code: "import { UPLOADS_PATH } from '@darkroom/contracts/rest';" },
  { file: 'packages/minimax-client/test/client.test.ts', code: "import { x } from '@darkroom/minimax-simulator';" },
  { file: CLIENT, code: "import { fetch } from 'undici';" },

  { file: SDK_TEST, code: "import { readPhoto } from '@darkroom/test-kit/photos/read-photo';" },
  { file: STORY, code: "import { createUser } from '@darkroom/test-kit/client/user';" },
  { file: STORY, code: "import { createImageClient } from '@darkroom/sdk';" },
  { file: STORY, code: "import { readTable } from './chaos/database-snapshot.ts';" },
  { file: TEST_KIT, code: "import { signToken } from '@darkroom/api/sign-token';" },
  { file: SCRIPT, code: "import { loadConfig } from '@darkroom/api/config';" },
  { file: SCRIPT, code: "import { findTool } from '@darkroom/test-kit/process/system-tools';" },

  { file: PAGE, code: "import { createImageClient } from '@darkroom/sdk';" },
  { file: PAGE, code: "import type { ImageJob } from '@darkroom/contracts';" },
  { file: PAGE, code: "import { JOB_ERRORS } from '@darkroom/contracts/errors';" },
  { file: PAGE, code: "import { ref } from 'vue';" },
  { file: PAGE, code: "import { goHome } from './routes.ts';" },
  { file: FEATURE, code: "import { drafts } from '../create/draft.ts';" },
  { file: FEATURE, code: "import { api } from '../../api.ts';" },
  { file: UI, code: "import { goBack } from '../routes.ts';" },

  { file: HTTP, code: "import { createJob } from '../jobs/create-job.ts';" },
  { file: HTTP, code: "import type { Log } from '../telemetry/log.ts';" },
  { file: HTTP, code: "import { appRouter } from '@darkroom/contracts/router';" },
  { file: HTTP, code: "import fastify from 'fastify';" },

  { file: JOBS, code: "import type { Queue } from '../queue/queue.ts';" },
  { file: JOBS, code: "import type { ImageProvider } from '../provider/image-provider.ts';" },
  { file: JOB, code: "import type { CreateImage } from '@darkroom/contracts';" },
  { file: JOBS, code: "import { cancel } from '../job/job-state.ts';" },
  { file: RETRY, code: "import { ImageError } from '@darkroom/contracts';" },
  { file: RETRY, code: "import type { Clock } from '../clock.ts';" },
  { file: JOBS, code: "import { backOffMs } from '../retry/back-off.ts';" },
  { file: FILES, code: "import { storageUnavailable } from '../retry/retry-after.ts';" },
  { file: JOBS, code: "import { extensionOf } from '../media-types.ts';" },
  { file: IMAGES, code: "import { MEDIA_TYPES } from '../media-types.ts';" },
  { file: FILES, code: "import { MEDIA_TYPES } from '../media-types.ts';" },
  { file: JOBS, code: "import type { ImageProcessor } from '../images/image-processor.ts';" },
  { file: JOBS, code: "import type { JobStore } from '../store/job-store.ts';" },
  { file: JOBS, code: "import type { UploadStore } from '../store/upload-store.ts';" },
  { file: JOBS, code: "import type { FileStore } from '../files/file-store.ts';" },
  { file: CLOCK, code: "import { setTimeout as sleep } from 'node:timers/promises';" },
  { file: CLOCK, code: 'Date.now();' },
  { file: JOBS, code: 'new Date(0);' },
  { file: JOBS, code: "import { nextState } from './job-state.ts';" },
  { file: JOBS, code: "import { ImageError } from '@darkroom/contracts';" },

  { file: PROVIDER, code: "import { createMiniMaxClient } from '@darkroom/minimax-client';" },
  { file: PROVIDER, code: "import type { CreateImage } from '@darkroom/contracts';" },
  { file: STORE, code: "import { Kysely } from 'kysely';" },
  { file: STORE, code: "import { first } from './migrations/first.ts';" },
  { file: MIGRATION, code: "import type { Schema } from '../schema.ts';" },
  { file: QUEUE, code: "import type { Queue } from './queue.ts';" },
  { file: TELEMETRY, code: "import { pino } from 'pino';" },
  { file: COMPOSE, code: "import { createLocalQueue } from './queue/local-queue.ts';" },
  { file: COMPOSE, code: "import { createSqlJobStore } from './store/sql-job-store.ts';" },
  { file: COMPOSE_WORKER, code: "import { createTakeNext } from './jobs/run-job.ts';" },
  { file: CONFIG, code: 'process.env.PORT;' },
  { file: CONFIG, code: "import { isOrigin } from './settings/urls.ts';" },
  { file: CONFIG, code: "import { RESULT_FORMATS } from './media-types.ts';" },
  { file: SETTINGS, code: "import { distance } from './distance.ts';" },
];
