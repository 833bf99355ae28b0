/** One engine, one device, in a page of its own. What to do stands in the address. */
import type { Job } from './job.js';
import { generateOurs } from './ours.js';
import { generateTheirs } from './theirs.js';

const text = new URLSearchParams(location.search).get('job')!;
const job = JSON.parse(text) as Job;
const done = (job.engine === 'ours' ? generateOurs : generateTheirs)(job).then(
	(result) => ({ result }),
	(error: unknown) => ({
		error: error instanceof Error ? (error.stack ?? error.message) : String(error)
	})
);
Object.assign(globalThis, { done });
