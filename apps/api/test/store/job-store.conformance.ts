import { describe } from 'vitest';
import { testAdmission } from './admission.conformance.ts';
import { testArrivals } from './arrivals.conformance.ts';
import { testCalls } from './calls.conformance.ts';
import { testDeletions } from './deletions.conformance.ts';
import { testFairOrder } from './fair-order.conformance.ts';
import { testImages } from './images.conformance.ts';
import { testJobs } from './jobs.conformance.ts';
import { testRateLimit } from './rate-limit.conformance.ts';
import { testRetention } from './retention.conformance.ts';
import type { OpenStores } from './stores.ts';
import { testUploads } from './uploads.conformance.ts';
import { testWorkers } from './workers.conformance.ts';

/** The conformance suite of every store of jobs, uploads and retention, independent of the database. */
export function testJobStore(name: string, open: OpenStores): void {
  describe(`${name} as a job store`, () => {
    describe('admission of creates', () => testAdmission(open));
    describe('uploads', () => testUploads(open));
    describe('jobs', () => testJobs(open));
    describe('the rotation of users', () => testFairOrder(open));
    describe('the rate limit of calls', () => testRateLimit(open));
    describe('calls', () => testCalls(open));
    describe('images', () => testImages(open));
    describe('images that arrive during the call', () => testArrivals(open));
    describe('retention', () => testRetention(open));
    describe('deletions', () => testDeletions(open));
    describe('workers', () => testWorkers(open));
  });
}
