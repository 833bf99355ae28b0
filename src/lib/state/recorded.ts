import { RecordedTrace } from '../trace/recordedTrace.js';
import type { RunState } from './RunState.svelte.js';
import { emptyDraft, toDraft } from './prompt.js';

/** A recorded trace from the text of its file; throws `RecordingError` saying what is wrong with it. */
export function parseRecorded(text: string): RecordedTrace {
	return RecordedTrace.parse(text);
}

/** Puts a recorded trace and its prompt on the page. */
export function showRecorded(run: RunState, recorded: RecordedTrace): void {
	const { prompt } = recorded.recording;
	run.showRecording(recorded, prompt, toDraft(prompt) ?? emptyDraft);
}
