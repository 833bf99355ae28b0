import type { Attachments, CellOf } from '../../notebook/notebook.js';
import { FileTrace } from '../../trace/fileTrace.js';
import { toFailure, type Failure } from '../failure.js';
import { toPictureBlobs } from './runRequest.js';

/** What to do about a recording that cannot be shown. */
export const recordingRemedy = 'Run the cell, or take its recording out.';

/** Recordings of a document by hash, each read once. */
export class RecordingCache {
	readonly #files = new Map<string, FileTrace | Failure>();

	/**
	 * @param prompt the prompt that was run, whose pictures the trace shows
	 * @returns why it cannot be read, where it cannot
	 */
	read(hash: string, prompt: CellOf<'prompt'> | null, attachments: Attachments) {
		let file = this.#files.get(hash);
		if (!file) {
			file = toFileTrace(hash, prompt, attachments);
			this.#files.set(hash, file);
		}
		return file;
	}
}

function toFileTrace(hash: string, prompt: CellOf<'prompt'> | null, attachments: Attachments) {
	try {
		const blobs = prompt ? toPictureBlobs(prompt, attachments) : [];
		return new FileTrace(attachments.get(hash)!.bytes, blobs);
	} catch (error) {
		return toFailure(error, recordingRemedy);
	}
}
